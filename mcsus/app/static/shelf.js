// The library as it is searched here: its records, asked for once, and what is like one of them.

import { Gone } from "./ask.js";

const LIKE = 0.4;
const MOST_LIKE = 12;
const COMMON = new Set("a an and as at by for from in is its of on or per the to with".split(" "));
const YEAR = /^[12]\d{3}$/;

export class Shelf {
  constructor(server, changed) {
    this.server = server;
    this.changed = changed;
    this.rows = null; // each record: id, name, unit, dimension, factor, stage, evidence, year, place, source, x
    this.wholes = new Map();
  }

  /** Asks for the rows, once. */
  read() {
    this.reading ??= this.server.ask("library").then(
      (told) => {
        this.probabilities = told.probabilities;
        this.stages = told.stages;
        this.evidence = told.evidence.toSorted((a, b) => grade(a) - grade(b));
        this.rows = [...told.written, ...ofGrid(told.grid)].map((row) => ({ ...row, cited: told.sources[row.source] ?? "" }));
        this.byId = new Map(this.rows.map((row) => [row.id, row]));
        this.changed({});
      },
      (error) => {
        this.reading = undefined;
        this.changed(error instanceof Gone ? { gone: true } : {});
      },
    );
    return this.reading;
  }

  /** A record whole. */
  async record(id) {
    if (!this.wholes.has(id)) this.wholes.set(id, await this.server.ask("record", { id }));
    return this.wholes.get(id);
  }

  /** The dimensions, each by the unit that most of its records are in, the most used first. */
  get dimensions() {
    this.counted ??= counted(this.rows);
    return this.counted;
  }

  /** How rare a word is in the names: what all have counts little. */
  weight(word) {
    if (!this.counts) {
      this.counts = new Map();
      for (const row of this.rows) for (const own of wordsOf(row)) this.counts.set(own, (this.counts.get(own) ?? 0) + 1);
    }
    return Math.log(this.rows.length / (this.counts.get(word) ?? 1));
  }

  /** How like two sets of words are, from 0 to 1: twice what they share over what both have. */
  likeness(one, other) {
    const sum = (words) => [...words].reduce((all, word) => all + this.weight(word), 0);
    const both = sum(one) + sum(other);
    return both ? (2 * sum([...one].filter((word) => other.has(word)))) / both : 0;
  }

  /** Records that have all words and fit, best first: what `mcsus find` finds, of all years. */
  async find({ words = "", dimension = "", stage = "", evidence = "", from = null, to = null }) {
    const like = this.dimensions.find((own) => own.dimension === dimension);
    if (dimension && !like) return [];
    const { places } = await this.server.ask("find", { words, unit: like?.unit ?? "", stage, evidence, from, to });
    return places.map((place) => this.rows[place]);
  }

  /** What an input may be swapped for: its dimension alone, evidence first, then like names. */
  async candidates(input, words) {
    if (this.asked?.input !== input) this.asked = { input, named: this.wordsOfInput(input), like: new Map() };
    const { named, like } = this.asked;
    const likeness = (row) => like.get(row) ?? like.set(row, this.likeness(named, wordsOf(row))).get(row);
    const found = (await this.find({ words, dimension: input.dimension })).filter((row) => row.id !== input.library);
    return found.sort((a, b) => grade(a.evidence) - grade(b.evidence) || likeness(b) - likeness(a) || (b.year ?? 0) - (a.year ?? 0));
  }

  wordsOfInput(input) {
    return new Set(namedBy(`${input.title} ${this.byId.get(input.library)?.name ?? ""}`));
  }

  /** Inputs that may have the law of a record, the one that is most like it first. */
  inputsFor(row, inputs) {
    const like = (input) => (input.library === row.id ? 1 : this.likeness(this.wordsOfInput(input), wordsOf(row)));
    return inputs.filter((input) => input.dimension === row.dimension && !input.fixed).sort((a, b) => like(b) - like(a));
  }

  /** Records of other sources on the same thing: the same dimension and like names; of a series one. */
  like(row) {
    const found = new Map();
    for (const other of this.rows) {
      if (other.dimension !== row.dimension || other.source === row.source) continue;
      const likeness = this.likeness(wordsOf(row), wordsOf(other));
      if (likeness < LIKE) continue;
      const series = `${other.source} ${other.name.replace(/\b[12]\d{3}\b/, "")}`;
      const apart = Math.abs((other.year ?? 0) - (row.year ?? 9999));
      if (!found.has(series) || found.get(series).apart > apart) found.set(series, { row: other, likeness, apart });
    }
    return [...found.values()].sort((a, b) => b.likeness - a.likeness).slice(0, MOST_LIKE).map((own) => own.row);
  }
}

const GRADES = ["measured", "reported", "elicited", "assumed"];

function grade(evidence) {
  return GRADES.indexOf(evidence);
}

/** The rows of the grids: what they share, with the zone, year and value of each. */
function ofGrid(grid) {
  if (!grid) return [];
  const { rows, ...shared } = grid;
  return rows.map(([id, place, year, value]) => ({ ...shared, id, place, year, name: `${shared.name}, ${place}, ${year}`, x: shared.x.map((x) => x * value) }));
}

function namedBy(text) {
  return text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word && !COMMON.has(word) && !YEAR.test(word));
}

/** The words of a name, but for the one that names its source. */
function wordsOf(row) {
  row.words ??= new Set(namedBy(row.name).filter((word) => !row.source?.startsWith(word)));
  return row.words;
}

function counted(rows) {
  const found = new Map();
  for (const { dimension, unit } of rows) {
    const own = found.get(dimension) ?? found.set(dimension, { dimension, count: 0, units: new Map() }).get(dimension);
    own.count += 1;
    own.units.set(unit, (own.units.get(unit) ?? 0) + 1);
  }
  for (const own of found.values()) {
    own.factors = [...own.units].sort((a, b) => b[1] - a[1]).map(([unit]) => unit);
    own.unit = own.factors[0];
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}

/** The numbers of a row in another unit of its dimension. */
export function inUnitOf(row, other) {
  return row.x.map((x) => (x === null ? null : (x * row.factor) / other.factor));
}
