// One input at a time from its 5th to its 95th percentile, all others typical, and elasticities.

import { capital, number, percent, unit } from "../numbers.js";
import { d3 } from "../shapes.js";
import { CsvButton, html, rankingOf, useAnswer, useWidth } from "./base.js";

const FIRST = 8;
const ROOM = 34; // for a number beside a bar
const KEYS = ["input", "low_value", "typical_value", "high_value", "unit", "low_output", "high_output", "swing", "elasticity"];

export function Moves({ explorer }) {
  const { study, output, labels, changes, fine, opened } = explorer.state;
  const [ref, width] = useWidth(420);
  const told = useAnswer(() => explorer.moves(), [opened, output, JSON.stringify(changes), JSON.stringify(labels), fine], fine);
  const titles = new Map(study.inputs.map((input) => [input.id, input.title]));
  const rows = (told?.moves ?? []).toSorted((a, b) => (b.swing ?? Infinity) - (a.swing ?? Infinity)).slice(0, FIRST);
  const ends = d3.extent([told?.typical, ...rows.flatMap((row) => [row.low_output, row.high_output])].filter((value) => value !== null && value !== undefined));
  const x = d3.scaleLinear(ends, [ROOM, Math.max(2 * ROOM + 60, 0.48 * width) - ROOM]);
  const { ranking } = rankingOf(explorer);
  return html`
    <div ref=${ref} class="moves">
      <p class="note">Where the output goes with one input at its 5th (light) and 95th percentile (dark) and all others typical, in ${unit(explorer.outputNow.unit)}; and by how many percent for one percent of the input.${" "}
        <${CsvButton} name="one at a time" rows=${() => [KEYS, ...(told?.moves ?? []).map((row) => KEYS.map((key) => row[key]))]} /></p>
      ${!told && html`<p class="note">drawing ...</p>`}
      <table><thead><tr><th>input</th><th>output</th><th class="n">elasticity</th></tr></thead>
        <tbody>${rows.map((row) => html`<tr key=${row.input}><th>${capital(titles.get(row.input) ?? row.input)}</th>
          <td><${Bar} row=${row} x=${x} typical=${told.typical} /></td>
          <td class="n">${row.elasticity === null ? "none" : number(row.elasticity, 2)}</td></tr>`)}</tbody></table>
      ${told && html`<p class="note">All typical: ${number(told.typical)} ${unit(explorer.outputNow.unit)}. ${told.typical < 0 ? "An elasticity above 0 takes it further below 0. " : ""}${unseen(ranking, told)}</p>`}
    </div>`;
}

function Bar({ row, x, typical }) {
  const stretch = (value) => ({ x: Math.min(x(typical), x(value)), width: Math.abs(x(value) - x(typical)) });
  const outer = [row.low_output, row.high_output, typical].filter((value) => value !== null);
  const label = `from ${number(row.low_output)} to ${number(row.high_output)}`;
  return html`
    <svg width=${x.range()[1] + ROOM} height="20" role="img" aria-label=${label}><title>${label}</title>
      ${row.low_output !== null && html`<rect class="low" ...${stretch(row.low_output)} y="3" height="14" />`}
      ${row.high_output !== null && html`<rect class="high" ...${stretch(row.high_output)} y="3" height="14" />`}
      <line x1=${x(typical)} x2=${x(typical)} y1="0" y2="20" />
      <text x=${x(Math.min(...outer)) - 3} y="14" text-anchor="end">${number(Math.min(...outer), 2)}</text><text x=${x(Math.max(...outer)) + 3} y="14">${number(Math.max(...outer), 2)}</text></svg>`;
}

/** What moving one input at a time cannot see. */
function unseen(ranking, told) {
  const rest = told.moves.length > FIRST ? `${told.moves.length - FIRST} more inputs move it less. ` : "";
  if (!ranking) return rest;
  const share = 1 - d3.sum(ranking.S1);
  const error = Math.max(0.005, 2 * d3.sum(ranking.S1_error));
  return `${rest}It cannot see what inputs do together: ${percent(Math.max(0, share))} of the variance (± ${number(100 * error, 2)} % at most), which the shares have.`;
}
