// The inputs, ordered by what they carry of the variance: drawn, dragged, typed, locked, found.

import { ofInput, withChange } from "../changes.js";
import { capital, number, percent, plain, unit } from "../numbers.js";
import { inputRows } from "../tables.js";
import { turnsOf } from "../turns.js";
import { Bought } from "./bought.js";
import { Holds } from "./holds.js";
import { Law } from "./law.js";
import { Sources } from "./sources.js";
import { Candidates, Swap, listed, useSwap } from "./swap.js";
import { CsvButton, Steady, cellAt, html, rankingOf, useEffect, useRef, useState } from "./base.js";

const FIRST = 12;
const EVIDENCE = { measured: "M", reported: "R", elicited: "E", assumed: "A" };

/** The law of an input that holds at the labels shown. */
export function lawAt(laws, labels) {
  return (cellAt(laws, labels) ?? laws[0]).law;
}

/** The law of an input as it is now at the labels shown. */
export function lawNow({ shot, labels }, input) {
  const now = shot?.inputs?.[input.id];
  return (now && (cellAt(now, labels) ?? now[0]).law) || lawAt(input.laws, labels);
}

/** An input with what its law rests on as it is now: of one that is changed by hand on nothing but that. */
export function inputNow({ shot, labels }, input) {
  const now = shot?.inputs?.[input.id];
  return now ? { ...input, ...(cellAt(now, labels) ?? now[0]).origin } : input;
}

/** The share of each input in the ranking that is shown. */
export function shares(explorer) {
  const { ranking } = rankingOf(explorer);
  return new Map((ranking?.inputs ?? []).map((id, k) => [id, { ST: ranking.ST[k], error: ranking.ST_error?.[k] }]));
}

export function Inputs({ explorer }) {
  const { state } = explorer;
  const [found, setFound] = useState("");
  const [sort, setSort] = useState("share");
  const [all, setAll] = useState(false);
  const [only, setOnly] = useState("");
  const share = shares(explorer);
  const turns = turnsOf(explorer);
  const order = useRef(null);
  const unlocked = useRef(new Map()); // a share that was there before the input was held: its row stays near its place
  const heldShare = (input) => (ofInput(state.changes, input.id).length ? unlocked.current.get(input.id) ?? 0 : 0);
  // rows stay where they are while one of them is held, and until the better ranking is there
  if (!order.current || order.current.sort !== sort || order.current.study !== state.study || (state.fine && explorer.dragged === undefined)) {
    order.current = { sort, study: state.study, rows: ordered(state.study.inputs, share, sort, heldShare) };
    for (const [id, { ST }] of share) if (!ofInput(state.changes, id).length) unlocked.current.set(id, ST);
  }
  const rows = order.current.rows.filter((input) => fits(inputNow(state, input), found, only, state.changes));
  const shown = all || found || only ? rows : rows.slice(0, FIRST);
  const rest = rows.slice(shown.length).reduce((sum, input) => sum + Math.max(0, share.get(input.id)?.ST ?? 0), 0);
  return html`
    <section class="panel inputs" aria-labelledby="inputs-title">
      <header>
        <h2 id="inputs-title">Inputs</h2>
        <input id="find" type="search" placeholder="find  /" aria-label="Find an input" value=${found} onInput=${(event) => setFound(event.target.value)} />
        <label>sort <select value=${sort} onChange=${(event) => setSort(event.target.value)}>
          <option value="share">by share</option><option value="name">by name</option><option value="stage">by stage</option></select></label>
        <label>show <select value=${only} onChange=${(event) => setOnly(event.target.value)}>
          <option value="">all</option><option value="changed">changed</option><option value="assumed">assumed</option></select></label>
        <${CsvButton} name="inputs" rows=${() => inputRows(rows.map((input) => inputNow(state, input)), (input) => lawNow(state, input), share)} />
      </header>
      <p class="evidence">${evidenceLine(state.study.inputs.map((input) => inputNow(state, input)), share)}</p>
      <ol class="rows">
        ${shown.map((input) => html`<${Row} key=${input.id} explorer=${explorer} input=${input} labels=${state.labels}
          now=${state.shot?.inputs?.[input.id] ?? null} changes=${keyOf(state.changes, input.id)}
          ST=${share.get(input.id)?.ST} error=${share.get(input.id)?.error}
          turns=${turns.get(input.id) ?? "[]"} refused=${refusedOf(state.refused, input.id)} lit=${state.highlighted === input.id} beside=${besideOf(state, input.id)} />`)}
      </ol>
      ${shown.length < rows.length && html`<button class="more" onClick=${() => setAll(true)}>
        ${rows.length - shown.length} more${share.size ? ` carry ${percent(rest)} of the variance` : ""}</button>`}
      ${all && html`<button class="more" onClick=${() => setAll(false)}>only the first ${FIRST}</button>`}
    </section>`;
}

/** What a row that is changed is told beside: the other changes, the output, and whether all is at rest. */
function besideOf({ changes, output, fine }, input) {
  return ofInput(changes, input).length ? JSON.stringify([changes, output, fine]) : "";
}

function keyOf(changes, input) {
  return JSON.stringify(ofInput(changes, input));
}

function refusedOf(refused, input) {
  return refused?.faults.find((fault) => fault.input === input)?.message ?? null;
}

function ordered(inputs, share, sort, heldShare) {
  const used = inputs.filter((input) => input.used !== false);
  if (sort === "name") return used.toSorted((a, b) => a.title.localeCompare(b.title));
  if (sort === "stage") return used.toSorted((a, b) => (a.stage ?? "~").localeCompare(b.stage ?? "~"));
  const at = (input) => Math.max(share.get(input.id)?.ST ?? -1, heldShare(input));
  return used.toSorted((a, b) => at(b) - at(a));
}

function fits(input, found, only, changes) {
  if (only === "assumed" && input.evidence !== "assumed") return false;
  if (only === "changed" && !ofInput(changes, input.id).length) return false;
  const text = `${input.id} ${input.title} ${input.stage} ${input.unit}`.toLowerCase();
  return found.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function evidenceLine(inputs, share) {
  const sums = {};
  for (const input of inputs) {
    const own = share.get(input.id)?.ST;
    if (own > 0 && input.evidence) sums[input.evidence] = (sums[input.evidence] ?? 0) + own;
  }
  const whole = Object.values(sums).reduce((a, b) => a + b, 0);
  if (!whole) return "";
  const parts = Object.entries(sums).sort((a, b) => b[1] - a[1]).map(([grade, sum]) => `${grade} ${percent(sum / whole)}`);
  return `Of what drives the spread: ${parts.join(", ")}`;
}

class Row extends Steady {
  constructor() {
    super();
    this.state = { open: false };
    this.drag = (change) => {
      const { explorer } = this.props;
      if (change) explorer.drag(withChange(explorer.dragged ?? explorer.state.changes, this.own(change)));
    };
    this.drop = () => this.props.explorer.drop();
  }

  own(change) {
    return this.props.explorer.of(this.props.input, change);
  }

  /** Where verdicts turn, in the unit of a law; the same list as long as it says the same. */
  marks(unit) {
    const { turns } = this.props;
    if (this.marked?.turns !== turns || this.marked.unit !== unit) {
      this.marked = { turns, unit, marks: JSON.parse(turns).filter((turn) => turn.unit === unit) };
    }
    return this.marked.marks;
  }

  render({ explorer, input, labels, now, ST, error, refused, lit, changes }, { open }) {
    const before = lawAt(input.laws, labels);
    const shown = now && (cellAt(now, labels) ?? now[0]);
    const law = shown?.law ?? before;
    const changed = changes !== "[]";
    const fixed = Boolean(input.fixed);
    const marks = this.marks(law.unit);
    const { evidence } = { ...input, ...shown?.origin };
    const locked = law.family === "constant" && before.family !== "constant";
    return html`
      <li class=${`row ${changed ? "changed" : ""} ${lit ? "lit" : ""}`} onPointerEnter=${() => explorer.highlight(input.id)} onPointerLeave=${() => explorer.highlight(null)}>
        <div class="name">
          <span class=${`badge ${evidence ?? ""}`} title=${evidence ?? "no evidence told"}>${EVIDENCE[evidence] ?? "·"}</span>
          <button class="title" aria-expanded=${open} onClick=${() => this.setState({ open: !open })}>${capital(input.title)}</button>
          <span class="value">${amount(law)} <i>${unit(law.unit)}</i>${law.between.map((own) => html` <i>${own.key} between ${number(own.low)} and ${number(own.high)}</i>`)}</span>
        </div>
        <div class="drag">${law.curve && before.curve && html`<${Law} law=${law} before=${before} width=${210} title=${capital(input.title)} fixed=${fixed} turns=${marks} drag=${this.drag} drop=${this.drop} />`}</div>
        <div class="share" title="share of the variance, interactions included">
          ${Number.isFinite(ST) && html`<span class="bar"><i style=${{ width: `${Math.max(0, Math.min(1, ST)) * 100}%` }}></i></span><span class="n">${ST < 0.005 ? "< 0.01" : ST.toFixed(2)}</span>`}
        </div>
        <div class="do">
          ${!fixed && (locked || law.family !== "constant") && html`<button class="lock" aria-pressed=${locked} title=${locked ? "let it vary again" : "as if it were known exactly"} aria-label=${`${locked ? "Unlock" : "Lock"} ${input.title}`}
            onClick=${() => (locked ? explorer.unlock(input.id) : explorer.change(this.own({ lock: "typical" })))}>${locked ? "locked" : "lock"}</button>`}
          ${changed && html`<button class="back" onClick=${() => explorer.changeBack(input.id)} aria-label=${`Change ${input.title} back`}>back</button>`}
        </div>
        ${refused && html`<p class="fault" role="alert">${refused}</p>`}
        ${locked && html`<${Bought} explorer=${explorer} input=${input} law=${law} />`}
        ${open && html`<${Details} explorer=${explorer} input=${input} law=${law} before=${before} chosen=${shown?.chosen} turns=${marks} />`}
      </li>`;
  }
}

/** Where a law lies, without its unit; one that follows from other inputs in words. */
export function amount(law) {
  if (!law.curve) return law.words;
  return law.low === law.high ? number(law.typical) : `${number(law.low)} to ${number(law.high)}`;
}

/** All that is known of an input, and its law to be typed. */
export function Details({ explorer, input, law, before, chosen, turns = [] }) {
  const known = inputNow(explorer.state, input);
  return html`
    <div class="details">
      ${input.fixed ? html`<p class="note">${input.fixed}</p>` : html`<${Field} explorer=${explorer} input=${input} law=${law} /><${Swap} explorer=${explorer} input=${input} />`}
      <p>${law.words}${law !== before ? html` <span class="note">(in the study: ${before.words})</span>` : ""}</p>
      ${turns.map((turn) => html`<p class="turn"><b aria-hidden="true">▲</b> The verdict on “${turn.claim}” turns at ${[number(turn.value), unit(turn.unit)].filter(Boolean).join(" ")}${turn.holds ? `: it holds ${turn.holds} that` : ""}, all else as it is.</p>`)}
      ${!input.fixed && html`<${Holds} explorer=${explorer} input=${input} law=${before} />`}
      ${chosen && html`<p class="note">Taken so: ${chosen.because}${chosen.instead.length ? html`; instead:
        ${chosen.instead.map((other) => html` <button class="link" onClick=${() => explorer.change(explorer.of(input, { law: other.text }))}>${other.text}</button>`)}` : ""}</p>`}
      <${Origin} explorer=${explorer} known=${known} />
      ${known !== input && html`<details><summary>what its law in the study rests on</summary><${Origin} explorer=${explorer} known=${input} /></details>`}
      <details><summary>as a study file has it</summary><pre>${law.toml}</pre></details>
    </div>`;
}

/** What a law rests on: its evidence, why it is so, its sources and its record of the library. */
function Origin({ explorer, known }) {
  return html`
    <p class="note">${[known.stage && plain(known.stage), known.kind && plain(known.kind), known.evidence && `evidence: ${known.evidence}`].filter(Boolean).join(" · ")}</p>
    ${known.rationale && html`<p class="note">${known.rationale}</p>`}
    ${known.note && html`<p class="note">${known.note}</p>`}
    <${Sources} sources=${known.sources} />
    ${known.library && html`<p class="note"><button class="link" onClick=${() => explorer.show("library", known.library)}>${known.library} in the library</button></p>`}`;
}

function meaning(law) {
  if (law.low === law.high || law.words.includes("90 % between")) return `${law.words} ${unit(law.unit)}`.trimEnd();
  return `${law.words}: 90 % between ${number(law.low)} and ${number(law.high)} ${unit(law.unit)}`;
}

/** A law typed in the grammar; shows what it means, or why it means nothing, before it is taken. */
function Field({ explorer, input, law }) {
  const [text, setText] = useState(law.text);
  const [told, setTold] = useState(null);
  const field = useRef(null);
  const asked = useRef(0);
  const searches = text.startsWith("/");
  const swap = useSwap(explorer, input, text.slice(1), searches, () => setText(law.text));
  useEffect(() => setText((typed) => (typed.startsWith("/") ? typed : law.text)), [law.text]);
  const change = (typed) => explorer.of(input, { law: typed });
  const typed = async (event) => {
    const value = event.target.value;
    swap.restore();
    setText(value);
    const serial = ++asked.current;
    if (value.startsWith("/")) return setTold(null);
    const answer = await explorer.preview(change(value));
    if (serial === asked.current) setTold(answer);
  };
  const take = (event) => {
    event.preventDefault();
    if (text !== law.text) explorer.change(change(text));
    if (searches) setText(law.text);
    setTold(null);
  };
  const id = `law-${input.id}`;
  return html`
    <form class="field" onSubmit=${take}>
      <label for=${id}>law</label>
      <input id=${id} ref=${field} value=${text} spellcheck=${false} autocomplete="off" onInput=${typed} aria-invalid=${Boolean(told?.faults)} aria-describedby=${`${id}-told`}
        onKeyDown=${swap.keys} onBlur=${swap.restore} ...${searches ? listed(`${id}-list`, true, swap) : {}} />
      <button>take</button>
      ${searches && html`<div class="below"><${Candidates} id=${`${id}-list`} input=${input} swap=${swap} /></div>`}
      <p id=${`${id}-told`} class=${told?.faults ? "fault" : "note"} role="status">
        ${told?.faults ? told.faults[0].message : told ? html`${meaning(told.laws[0].law)}${told.laws[0].chosen && !told.laws[0].chosen.instead.length ? ` (${told.laws[0].chosen.because})` : ""}<pre>${told.laws[0].law.toml}</pre>` : "such as 5 to 20, 2 / 3 / 10, 12 +- 3, x 1.2, spread x 0.5, lognormal(median=19, gsd=2), /words of the library"}
      </p>
    </form>`;
}
