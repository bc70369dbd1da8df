// Shapes drawn from tables of quantiles: pure functions, no page.

import "./vendor/d3.min.js";

export const d3 = globalThis.d3;

const POINTS = 140;
const NEARLY_ALL = 0.999; // the last share of a table of few quantiles

/** The table without what is never. */
export function table(probabilities, quantiles) {
  const p = [];
  const x = [];
  quantiles.forEach((value, k) => {
    if (value !== null) {
      p.push(probabilities[k]);
      x.push(value);
    }
  });
  return { p, x };
}

/** The share of draws at or below a value. */
export function shareBelow({ p, x }, value) {
  const k = d3.bisectRight(x, value);
  if (k === 0) return 0;
  if (k === x.length) return p[k - 1];
  const part = (value - x[k - 1]) / (x[k] - x[k - 1]);
  return p[k - 1] + part * (p[k] - p[k - 1]);
}

/**
 * The shares of draws below one value and above another, without those at them: a table of quantiles
 * stands still at a value that many draws have.
 */
export function sharesOutside(own, low, high) {
  const { p, x } = own;
  const stands = (k) => x[k] === x[k + 1];
  const first = d3.bisectLeft(x, low);
  const last = x.length - 1;
  const under = x[first] !== low || !stands(first) ? shareBelow(own, low) : first && p[first - 1];
  const all = high === x[last] && stands(last - 1) && p[last] >= NEARLY_ALL;
  return [under, all ? 0 : 1 - shareBelow(own, high)];
}

/** The value that a share of draws does not pass. */
export function valueAt({ p, x }, share) {
  const k = d3.bisectLeft(p, share);
  if (k === 0) return x[0];
  if (k === p.length) return x[k - 1];
  const part = (share - p[k - 1]) / (p[k] - p[k - 1]);
  return x[k - 1] + part * (x[k] - x[k - 1]);
}

/** The stretch that a picture of some tables shows: nearly all of each. */
export function stretch(tables, rest = 0.004) {
  const low = d3.min(tables, (own) => valueAt(own, rest));
  const high = d3.max(tables, (own) => valueAt(own, 1 - rest));
  const room = 0.04 * (high - low) || 0.1 * Math.abs(high) || 1;
  return [low >= 0 && low < 0.35 * high ? Math.min(0, low) : low - room, high + room];
}

/** Points [value, density] over a stretch; a density is the share in a window over its width. */
export function density(own, [low, high]) {
  const half = smoothing(own, high - low);
  const shares = d3.range(POINTS + 1).map((k) => low + ((high - low) * k) / POINTS);
  return shares.map((value) => {
    const inner = shareBelow(own, value + half) - shareBelow(own, value - half);
    const outer = shareBelow(own, value + 2 * half) - shareBelow(own, value - 2 * half);
    return [value, (inner / (2 * half) + outer / (4 * half)) / 2];
  });
}

function smoothing(own, width) {
  const middle = valueAt(own, 0.75) - valueAt(own, 0.25);
  return Math.max(0.14 * middle, width / 200) || 1;
}

/** The path of an area above a base line. */
export function area(points, x, y, base) {
  return d3
    .area()
    .x((point) => x(point[0]))
    .y0(base)
    .y1((point) => y(point[1]))(points);
}

/** The path of a line. */
export function line(points, x, y) {
  return d3
    .line()
    .x((point) => x(point[0]))
    .y((point) => y(point[1]))(points);
}
