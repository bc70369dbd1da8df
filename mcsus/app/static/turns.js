// Where the verdict of a claim turns, of the whole run: a mark on the curve of each input.

/** By input, the values at which verdicts turn at the labels that are shown, as text that compares. */
export function turnsOf(explorer) {
  const { study, labels } = explorer.state;
  const found = new Map();
  for (const claim of study.claims) {
    for (const row of explorer.settledNow?.shot.break_even?.[claim.id] ?? []) {
      const fits = Object.entries(row.labels ?? {}).every(([dim, label]) => labels[dim] === undefined || labels[dim] === label);
      if (!fits || !row.reachable || !row.value) continue;
      const turn = { value: row.value.value, unit: row.unit, holds: row.holds, claim: claim.statement };
      found.set(row.input, [...(found.get(row.input) ?? []), turn]);
    }
  }
  return new Map([...found].map(([input, turns]) => [input, JSON.stringify(turns)]));
}
