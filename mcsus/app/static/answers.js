// Answers for what is shown: one is asked for at a time, those of late are kept, and while nothing
// moves those that may be shown next are asked for ahead.

import { Gone, Newest, Refused } from "./ask.js";

const PAUSE_MS = 150;
const AT_FIRST = { draws: 4096, ranking: 256, ranking_after: 1024 };
const KEPT = 256;
const MOST_AHEAD = 24;
const LONGEST_AHEAD_MS = 120; // what takes longer would keep waiting what is changed meanwhile

/** A place is what an answer is of: the study that is open, changes, an output and labels. */
function key({ opened, changes, output, labels }) {
  return JSON.stringify([opened, changes, output, labels]);
}

/** Which cells an answer is of. */
function cells({ opened, output, labels }) {
  return JSON.stringify([opened, output, labels]);
}

export class Answers {
  constructor(explorer) {
    this.explorer = explorer;
    this.newest = new Newest((asked) => this.answer(asked));
    this.epoch = 0; // grows where what is in flight is no longer wanted
    this.forget();
  }

  /** Nothing is known of the study that is open. */
  forget() {
    this.kept = new Map();
    this.passing = null; // what is kept only until the drag goes on
    this.pace = AT_FIRST;
    this.took = 0;
  }

  /** How much this machine can answer of this study while something is dragged. */
  async findPace() {
    const { opened } = this.explorer.state;
    const pace = await this.explorer.server.ask("pace", { opened, visible: this.visible(this.explorer.place) });
    if (opened === this.explorer.state.opened) this.pace = pace;
  }

  /** Draws anew: at once if it was drawn before, else quickly now and better after a pause. */
  refresh() {
    const { explorer } = this;
    const known = this.kept.get(key(explorer.place));
    if (known) {
      this.newest.forget();
      this.epoch += 1;
      explorer.set({ ...known, refused: null });
    } else {
      explorer.state.fine = false;
      this.newest.ask({ ...explorer.place, fine: false });
    }
    clearTimeout(this.pausing);
    // a better ranking that takes long would keep what is still held waiting
    if (explorer.dragged === undefined || this.pace.ranking > 0) this.rest();
  }

  /** Asks for the better answer after a pause. */
  rest() {
    clearTimeout(this.pausing);
    this.pausing = setTimeout(() => this.newest.ask({ ...this.explorer.place, fine: true }), PAUSE_MS);
  }

  async answer({ fine, ...place }) {
    const { explorer, epoch } = this;
    const show = (shot, isFine) => {
      if (epoch !== this.epoch || cells(place) !== cells(explorer.place)) return;
      explorer.set({ shot, fine: isFine, refused: null, gone: false });
    };
    try {
      if (!this.kept.get(key(place))?.fine) {
        const shot = await (fine ? this.better(place, show) : this.quick(place));
        show(shot, fine);
        this.keep(place, { shot, fine });
      }
      if (fine) await this.askAhead(place);
    } catch (error) {
      if (error instanceof Gone) explorer.set({ gone: true });
      else if (place.opened !== explorer.state.opened) return; // of a study that was left meanwhile
      else if (error instanceof Refused) explorer.set({ refused: { faults: error.faults, changes: place.changes } });
      else throw error;
    }
  }

  /** While something is dragged; over a numeric dim with the ranking that was shown before. */
  async quick(place) {
    const { draws, ranking } = this.pace;
    const shot = await this.evaluate(place, { draws, ranking: this.explorer.numericDims(place.output).length ? 0 : ranking });
    return { ...shot, ranking: shot.ranking ?? this.explorer.state.shot?.ranking };
  }

  /** After a pause; over a numeric dim `show` is given it before the ranking at the one label that is chosen. */
  async better(place, show) {
    const ranking = this.pace.ranking_after;
    const numeric = this.explorer.numericDims(place.output).length > 0;
    const shot = await this.evaluate(place, { ranking: numeric ? 0 : ranking, effects: true });
    this.took = shot.timing.total_ms;
    if (!numeric) return shot;
    show({ ...shot, ranking: this.explorer.state.shot?.ranking }, false);
    const at = await this.evaluate(place, { visible: this.explorer.visible(place, []), ranking });
    return { ...shot, ranking: at.ranking };
  }

  evaluate(place, how) {
    const { opened, changes } = place;
    return this.explorer.server.ask("evaluate", { opened, changes, visible: this.visible(place), ...how });
  }

  /** What is shown of a place: of claims the labels that are chosen alone. */
  visible(place) {
    const chosen = this.explorer.numericDims(place.output).filter((dim) => place.labels[dim] !== undefined);
    return { ...this.explorer.visible(place), claims: Object.fromEntries(chosen.map((dim) => [dim, [place.labels[dim]]])) };
  }

  keep(place, known) {
    const own = key(place);
    if (this.passing !== null && this.passing !== own) this.kept.delete(this.passing);
    this.passing = known.fine ? null : own;
    this.kept.set(own, known);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value);
  }

  /** Whether a place is shown, and nothing is dragged there. */
  rests(own) {
    const { explorer } = this;
    return explorer.state.view === "explorer" && explorer.dragged === undefined && key(explorer.place) === own;
  }

  /** Asks for what may be shown next, until something else is wanted. */
  async askAhead(place) {
    const own = key(place);
    for (const next of nextTo(place, this.explorer.state.study)) {
      if (this.took > LONGEST_AHEAD_MS || this.newest.waiting || !this.rests(own)) return;
      if (this.kept.get(key(next))?.fine) continue;
      try {
        this.keep(next, { shot: await this.better(next, () => {}), fine: true });
      } catch (error) {
        if (!(error instanceof Refused)) throw error; // told where it is shown
      }
    }
  }
}

/** Places that may be shown next: other labels of the output, the nearest first, then other outputs. */
function nextTo(place, study) {
  const own = study.outputs.find((output) => output.id === place.output);
  const dims = study.dims.filter((dim) => own?.dims.includes(dim.id) && !dim.numeric);
  const labels = dims.flatMap((dim) => {
    const at = dim.labels.indexOf(place.labels[dim.id]);
    const far = (label) => Math.abs(dim.labels.indexOf(label) - at);
    const others = dim.labels.filter((label) => label !== place.labels[dim.id]).sort((a, b) => far(a) - far(b));
    return others.map((label) => ({ ...place, labels: { ...place.labels, [dim.id]: label } }));
  });
  const outputs = study.outputs.filter((output) => output !== own).map((output) => ({ ...place, output: output.id }));
  return [...labels, ...outputs].slice(0, MOST_AHEAD);
}
