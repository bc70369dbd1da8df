// The draws of the page: inputs as they travel or as they are changed, and what follows of them.

const MIDDLE = 0.5;
const MOST_COMPARED = 8; // cells of an output
const NO_CHANGE = { times: 1, plus: 0, spread: 1, known: false };

function decoded(text, Kind) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Kind(bytes.buffer);
}

function isChanged(change) {
  return change.times !== 1 || change.plus !== 0 || change.spread !== 1 || change.known;
}

class Draws {
  constructor(data) {
    this.data = data;
    this.draws = data.draws;
    this.replicates = data.replicates;
    this.t = data.t;
    this.all = data.draws * data.replicates;
    this.points = decoded(data.columns.points, Float32Array);
    this.values = decoded(data.columns.draws, Float32Array);
    this.people = decoded(data.columns.people, Float64Array);
    this.c = new Float64Array(MODEL.rows.c);
    this.x = new Float64Array(MODEL.rows.x * this.all);
    const own = MODEL.people * MODEL.rows.q;
    this.q = Array.from({ length: this.replicates }, (_, k) =>
      this.people.slice(k * own, (k + 1) * own)
    );
    this.kept = data.kept.map((own, place) => ({ ...own, place }));
    this.out = new Float64Array(data.kept.length * this.all);
    for (const input of data.inputs) this.fill(input, NO_CHANGE);
    this.evaluate();
  }

  evaluate() {
    evaluate(this);
  }

  // Fill the cells of an input with its law after a change; tell whether there is such a law.
  fill(input, change) {
    const made = input.cells.map((cell) => this.cellDraws(input, cell, change));
    if (made.includes(null)) return false;
    made.forEach((write) => write());
    return true;
  }

  // Return what writes the draws of a cell after a change, or null.
  cellDraws(input, cell, change) {
    const own = cellLaw(input, cell, change);
    if (own === null) return null;
    if (own === undefined) return this.cellMoved(input, cell, change);
    if (change.known || cell.column < 0) {
      const held = own.value(MIDDLE, MIDDLE) * cell.factor;
      return () => this.each(cell, () => held);
    }
    const start = cell.column * this.all;
    return () =>
      this.each(cell, (j) => {
        const t = this.points[start + j];
        return (t < 0 ? own.value(1 + t, -t) : own.value(t, 1 - t)) * cell.factor;
      });
  }

  // The same for a cell that travels as draws.
  cellMoved(input, cell, change) {
    if (!isChanged(change)) return () => this.each(cell, (k) => this.raw(cell, k) * cell.factor);
    const centre = quantileOf(this.sorted(cell), MIDDLE);
    const move = movedValue(cellChange(input, cell, change), centre);
    if (change.known) return () => this.each(cell, () => move(centre) * cell.factor);
    return () => this.each(cell, (k) => move(this.raw(cell, k)) * cell.factor);
  }

  // Write a value for each draw of a cell, or for each individual.
  each(cell, value) {
    if (cell.array === "c") this.c[cell.row] = value(0);
    if (cell.array === "x") {
      const to = cell.row * this.all;
      for (let j = 0; j < this.all; j++) this.x[to + j] = value(j);
    }
    if (cell.array !== "q") return;
    this.q.forEach((q, replicate) => {
      for (let k = 0; k < MODEL.people; k++) {
        q[k * MODEL.rows.q + cell.row] = value(replicate * MODEL.people + k);
      }
    });
  }

  // A value as it travelled, in the unit of its law.
  raw(cell, k) {
    if (cell.array === "q") return this.people[k * MODEL.rows.q + cell.row] / cell.factor;
    return this.values[cell.column * this.all + k];
  }

  // The values of a cell that travels as draws, sorted, in the unit of its law.
  sorted(cell) {
    if (!cell.sorted) {
      const count = cell.array === "q" ? MODEL.people * this.replicates : this.all;
      cell.sorted = Float64Array.from({ length: count }, (_, k) => this.raw(cell, k)).sort();
    }
    return cell.sorted;
  }

  row(place, out = this.out) {
    return out.subarray(place * this.all, (place + 1) * this.all);
  }
}

function cellChange(input, cell, change) {
  const plus = (change.plus * input.factor) / cell.factor;
  return changeOf(change.times, plus, change.spread, cell.least, cell.most);
}

// The law of a cell after a change: null where there is none, undefined where it travels as draws.
function cellLaw(input, cell, change) {
  if (!cell.law) return undefined;
  const own = changedCell(input, cell, change);
  return own && lawOf(own);
}

function changedCell(input, cell, change) {
  if (!isChanged(change)) return cell.law;
  return changedLaw(cell.law, cellChange(input, cell, change));
}

// Quantile of sorted values at plotting positions (i - 1/2)/n, as the report has it.
function quantileOf(sorted, p) {
  const place = Math.min(Math.max(sorted.length * p - 0.5, 0), sorted.length - 1);
  const low = Math.floor(place), high = Math.min(low + 1, sorted.length - 1);
  const below = sorted[low], above = sorted[high];
  if (below === above || place === low) return below;
  return below + (place - low) * (above - below);
}

function meanOf(values) {
  let total = 0;
  for (const value of values) total += value;
  return total / values.length;
}

// Standard error of the mean of what each replicate tells.
function errorOf(estimates) {
  const mean = meanOf(estimates);
  const squares = estimates.map((value) => (value - mean) ** 2);
  return Math.sqrt(meanOf(squares) / (estimates.length - 1));
}

function inReplicates(state, values) {
  return Array.from({ length: state.replicates }, (_, k) =>
    values.subarray(k * state.draws, (k + 1) * state.draws)
  );
}

// What the draws say of a cell of an output.
function summaryOf(state, output, values) {
  const sorted = Float64Array.from(values).sort();
  const never = values.reduce((count, value) => count + (value === Infinity), 0);
  const odd = values.reduce((count, v) => count + (v !== v || v === -Infinity), 0) +
    (output.mayBeNever ? 0 : never);
  const parts = inReplicates(state, values);
  const apart = output.apart && parts.map((part) => Float64Array.from(part).sort());
  const quantile = (p) =>
    apart ? meanOf(apart.map((part) => quantileOf(part, p))) : quantileOf(sorted, p);
  const known = output.middle === "mean" && !never;
  const middles = parts.map((part, k) => {
    if (known) return meanOf(part);
    return quantileOf(apart ? apart[k] : Float64Array.from(part).sort(), MIDDLE);
  });
  const middle = known ? meanOf(middles) : quantile(MIDDLE);
  const [low, high] = [(1 - output.level) / 2, (1 + output.level) / 2].map(quantile);
  const error = state.t * errorOf(middles);
  return { sorted, never: never / values.length, odd, middle, low, high, error, known, quantile };
}

// Whether a claim holds (mcsus/analysis/claims.py).
function judged(state, claim, cell) {
  const values = state.row(cell.place);
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
    if (value !== value) return null;
  }
  const zero = high - low > cell.most ? cell.usual : cell.most;
  const holds = (value) => (claim.strict ? value > zero : value >= -zero);
  const shares = inReplicates(state, values).map(
    (part) => part.reduce((count, value) => count + holds(value), 0) / part.length
  );
  const share = meanOf(shares);
  let error = shareError(state, shares);
  if (share === 0 || share === 1) error = Math.max(error, 1 / state.all);
  const distance = share - claim.confidence;
  const decided = !claim.open && Math.abs(distance) >= state.t * error;
  const verdict = !decided ? "undecided" : distance > 0 ? "supported" : "not_supported";
  return { share, error, verdict };
}

// Error of a share, at least what a count of few events tells (mcsus/analysis/replication.py).
function shareError(state, shares) {
  const count = shares.length, draws = state.draws;
  const sorted = [...shares].sort((a, b) => a - b);
  const half = count / 2;
  const median = count % 2 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2;
  const middle = evenly(median * draws);
  const off = shares.map((share) => Math.abs(share * draws - middle));
  const events = off.reduce((sum, one) => sum + one, 0);
  const most = count * Math.max(Math.ceil(Math.max(...off)), 1);
  const trials = middle === 0 || middle === draws ? Infinity : most;
  const square = 1.645 ** 2;
  const root = Math.sqrt(square * (events * (1 - events / trials) + square / 4));
  const farther = (events + square / 2 + root) / (1 + square / trials) - events;
  return Math.max(errorOf(shares), farther / (state.t * count * draws));
}

// The nearest whole number, the even one where two are as near.
function evenly(value) {
  const low = Math.floor(value);
  if (value - low !== 0.5) return Math.round(value);
  return low % 2 ? low + 1 : low;
}

// The largest distance from what the kernel made of the same draws, as a share of the spread.
function distanceFromKernel(state) {
  let most = 0;
  for (const output of state.data.outputs) {
    output.expected.slice(0, MOST_COMPARED).forEach((wanted, k) => {
      const values = state.row(output.first + k);
      const [low, middle, high] = wanted.quantiles.map((value) => value ?? Infinity);
      const scale = Math.abs(high - low) + 1e-6 * Math.abs(middle) || 1;
      const own = wanted.mean === null
        ? quantileOf(Float64Array.from(values).sort(), MIDDLE) : meanOf(values);
      const goal = wanted.mean === null ? middle : wanted.mean;
      const off = own === goal ? 0 : Math.abs(own - goal) / scale;
      most = Math.max(most, Number.isNaN(off) ? Infinity : off);
    });
  }
  return most;
}
