// What knowing an input would buy: the interval with it held, and without.

import { ofInput, unlocked } from "../changes.js";
import { levelText, number, percent, unit } from "../numbers.js";
import { STILL, ends, varies } from "../readings.js";
import { html, useAnswer } from "./base.js";

export function Bought({ explorer, input, law }) {
  const { changes, labels, output, fine, opened } = explorer.state;
  const told = useAnswer(() => explorer.beside(unlocked(changes, input.id)), [opened, output, JSON.stringify(changes), JSON.stringify(labels), fine], fine);
  if (!told?.before) return null;
  const now = told.intervals.at(-1);
  const before = told.before.intervals.at(-1);
  const all = [now, before].flatMap((own) => [own.low, own.high]);
  const narrower = all.every(Number.isFinite) && before.high > before.low ? 1 - (now.high - now.low) / (before.high - before.low) : null;
  const by = narrower === null ? "" : narrower < 0 ? `, ${percent(-narrower)} wider` : `, ${percent(narrower)} narrower`;
  const held = ofInput(changes, input.id).findLast((change) => "lock" in change);
  const other = held?.lock === "mean" ? "typical" : "mean";
  return html`<p class="bought note">Known to be ${number(law.typical)} ${unit(law.unit)}, ${varies(told) ? html`${levelText(now.level)} of draws lie between <b>${ends(told).join(" and ")}</b> ${unit(explorer.outputNow.unit)}` : html`it <b>${STILL}</b>`} instead of ${varies(told.before) ? ends(told.before).join(" and ") : "what does not vary either"}${by}.${" "}
    ${held && html`<button class="link" onClick=${() => explorer.change(explorer.of(input, { lock: other }))}>known to be its ${other} value</button>`}</p>`;
}
