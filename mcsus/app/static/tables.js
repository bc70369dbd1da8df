// What each panel shows as a table for a spreadsheet: a head, then a row each.

import { valueAt, table } from "./shapes.js";

/** Inputs as they are now, with their shares of the variance. */
export function inputRows(rows, lawOf, share) {
  const head = ["input", "id", "law", "unit", "5 %", "typical", "95 %", "ST", "error", "stage", "kind", "evidence", "library", "sources"];
  return [head, ...rows.map((input) => {
    const law = lawOf(input);
    const own = share.get(input.id);
    return [input.title, input.id, law.words, law.unit, law.low, law.typical, law.high, own?.ST, own?.error, input.stage, input.kind, input.evidence, input.library, input.sources.map((source) => source.text).join("; ")];
  })];
}

/** Claims at the labels that are shown. */
export function claimRows(claims, verdict) {
  const head = ["claim", "labels", "verdict", "probability", "error", "before", "confidence asked", "lowest probability", "highest probability", "undecided by"];
  return [head, ...claims.flatMap((claim) => {
    const found = verdict(claim);
    return found ? [[claim.statement, Object.values(found.told.labels).join(", "), found.word, found.told.probability, found.told.error, found.told.before, claim.confidence, ...(found.told.bounds ?? ["", ""]), found.told.undecided_by]] : [];
  })];
}

/** Changes, with what each does by itself to the mean that is shown. */
export function changeRows(changes, told, unit) {
  return [["input", "change", "effect on the mean", "error", "unit", "why"], ...changes.map((change, k) => [change.input ?? change.name, told[k].words, told[k].effect?.mean, told[k].effect?.error, unit, change.rationale])];
}

/** A distribution by its quantiles, with what it was before. */
export function curveRows(probabilities, cell, unit, before = cell.before?.quantiles) {
  return [["probability", `value, ${unit}`, ...(before ? ["before"] : [])], ...probabilities.map((p, k) => [p, cell.quantiles[k], ...(before ? [before[k]] : [])])];
}

/** An output over a numeric dim: a few quantiles at each label. */
export function fanRows(probabilities, cells, dim, unit) {
  const shares = [0.025, 0.25, 0.5, 0.75, 0.975];
  return [[dim, "unit", "mean", ...shares.map((share) => `${100 * share} %`)], ...cells.map((cell) => [cell.labels[dim], unit, cell.mean?.value, ...shares.map((share) => valueAt(table(cell.probabilities ?? probabilities, cell.quantiles), share))])];
}

/** Draws of an input against the output. */
export function scatterRows({ x, y, unit_x: unitX, unit_y: unitY }, input) {
  return [[`${input}, ${unitX}`, `output, ${unitY}`], ...x.map((value, k) => [value, y[k]])];
}

/** Equations, and what each comes to. */
export function equationRows(equations, means) {
  const level = means ? 100 * means.level : "";
  const head = ["equation", "formula", "unit", "mean", "error", "median", `low ${level} %`, `high ${level} %`, "share of the variance", "error of it"];
  return [head, ...equations.map((own) => {
    const told = means?.means[own.name];
    const share = means?.of_output.shares?.[own.name];
    return [own.name, own.formula, own.unit, told?.mean?.value, told?.mean?.error, told?.median, told?.low, told?.high, share?.value, share?.error];
  })];
}

/** Terms of an equation, and what passes of the variance of the output from each. */
export function termRows(name, terms, along) {
  return [["from", "to", "share of the variance of the output", "error"], ...terms.map((term) => [term, name, along(term, name)?.value, along(term, name)?.error])];
}

/** Records of the library. */
export function recordRows(rows) {
  return [["id", "name", "unit", "5 %", "95 %", "stage", "evidence", "year", "place", "source"], ...rows.map((row) => [row.id, row.name, row.unit, row.x[1], row.x.at(-2), row.stage, row.evidence, row.year, row.place, row.cited])];
}

/** Laws by their quantiles, all in one unit. */
export function lawRows(laws, unit) {
  const [first] = laws;
  return [["probability", ...laws.map((own) => `${own.id}, ${unit}`)], ...first.p.map((p, k) => [p, ...laws.map((own) => own.x[k])])];
}

/** Which inputs have the same draws in both sides, and which have not. */
export function sharedRows(told) {
  const rows = (list, kind) => list.map((own) => (own.of ? [own.of, kind, own.reason] : [own, kind, ""]));
  return [["input", "draws", "reason"], ...rows(told.shared, "shared"), ...rows(told.drawn_apart, "apart"), ...rows(told.only_a, "in A alone"), ...rows(told.only_b, "in B alone")];
}
