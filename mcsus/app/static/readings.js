// What a cell of an output says, in words: no number has more digits than its error allows.

import { changeBy, known, levelText, number, percent, span, unit } from "./numbers.js";

export const STILL = "does not vary";

/** Whether any draw is another one. */
export function varies(cell) {
  return cell.quantiles[0] !== cell.quantiles.at(-1);
}

/** The mean; the median of what has none. */
export function middle({ mean, median }) {
  const own = mean ?? median;
  return known(own.value, own.error);
}

/** The mean of before; the median of what has none. */
export function earlier({ mean, mean_error: error, quantiles }) {
  return mean === null ? number(quantiles[(quantiles.length - 1) / 2]) : known(mean, error);
}

/** Both ends of the widest interval. */
export function ends({ intervals, never = 0 }) {
  const { low, high, low_error: below, high_error: above } = intervals.at(-1);
  const told = (value, error) => (value === null && never > 0 ? "never" : known(value, error));
  const both = [told(low, below), told(high, above)];
  return both[0] === both[1] && low !== high ? span(low, high).split(" to ") : both;
}

/** The widest interval, or that there is none. */
export function range(cell) {
  const level = levelText(cell.intervals.at(-1).level);
  return varies(cell) ? `${level} of draws between ${ends(cell).join(" and ")}` : STILL;
}

const MOST_IN_PERCENT = 10;

/** A change of the mean in percent; empty where that misleads: of what was not above 0. */
export function inPercent(difference, ratio) {
  const isAbove0 = difference === 0 || difference * (ratio - 1) > 0;
  return isAbove0 && Math.abs(ratio - 1) < MOST_IN_PERCENT ? changeBy(ratio) : "";
}

/** The change of the mean since before: in percent, or in the unit. */
export function changed({ difference, ratio }, of) {
  const { value, error } = difference;
  if (value === null) return "";
  return inPercent(value, ratio) || `${value > 0 ? "+" : ""}${known(value, error)} ${unit(of)}`.trim();
}

/** Bounds over all that is known to lie between two numbers. */
export function bounds({ bounds: told }) {
  const { level, low, high } = told.interval;
  const [name, own] = told.mean ? ["mean", told.mean] : ["median", told.median];
  return `${name} ${span(...own)}, ${levelText(level)} of draws between ${number(low)} and ${number(high)}`;
}

/** How often it is lower at the same draw; or higher, where that is more often. */
export function often({ lower, higher }) {
  if (lower.value === 0 && higher.value === 0) return "the same in every draw";
  return lower.value >= higher.value ? `lower in ${percent(lower.value)} of draws` : `higher in ${percent(higher.value)} of draws`;
}
