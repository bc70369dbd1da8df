// What each input by itself would have to be multiplied by for the mean to reach a goal.

import { capital, number, percent, unit } from "../numbers.js";
import { CsvButton, cellAt, html, useAnswer, useState } from "./base.js";
import { lawNow } from "./inputs.js";

const FIRST = 8;
const PARTS = { 0.0625: "a sixteenth of it", 0.25: "a quarter of it", 4: "four times as much of it", 16: "sixteen times as much of it" };

export function Goal({ explorer, ranking }) {
  const { study, output, labels, changes, fine, opened, shot } = explorer.state;
  const [share, setShare] = useState(0.5);
  const cell = cellAt(shot?.outputs?.[output], labels);
  const from = cell?.before?.mean ?? cell?.mean?.value;
  const ratio = cell?.mean ? (share * from) / cell.mean.value : null;
  const inputs = ranking.inputs.filter((id) => explorer.movable(id)).slice(0, FIRST);
  const told = useAnswer(() => explorer.goal(inputs, ratio), [opened, output, JSON.stringify(changes), JSON.stringify(labels), fine, share], fine && ratio)?.goals;
  if (!cell?.mean) return html`<p class="note">There is no mean, so that nothing is told of it.</p>`;
  const known = new Map(study.inputs.map((input) => [input.id, input]));
  const title = (id) => capital(known.get(id)?.title ?? id);
  const of = unit(explorer.outputNow.unit);
  const put = (event) => event.target.valueAsNumber > 0 && setShare(event.target.valueAsNumber / 100);
  const rows = (told ?? []).map((own) => ({ ...own, reach: reached(own, known.get(own.input) && lawNow(explorer.state, known.get(own.input))) })).sort((a, b) => a.reach.rank - b.reach.rank || Math.abs((a.nearest ?? ratio) - ratio) - Math.abs((b.nearest ?? ratio) - ratio));
  return html`
    <div class="goal">
      <p><label>To bring the mean to <input type="number" min="1" max="1000" step="1" value=${Math.round(100 * share)} aria-label="Part of the mean, in percent" onChange=${put} /> %</label> of what it was, <b>${number(share * from)} ${of}</b>, each input by itself, all else as it is now:
        ${" "}<${CsvButton} name="to a goal" rows=${() => [["input", "factor", "nearest ratio", "at factor"], ...rows.map((own) => [own.input, own.factor, own.nearest, own.at])]} /></p>
      ${!told && html`<p class="note">looking ...</p>`}
      <table><tbody>${rows.map((own) => html`<tr key=${own.input}><th>${title(own.input)}</th>
        <td>${own.factor === null ? html`not by itself: ${own.at === 1 ? "no multiple of it brings it nearer" : html`even ${PARTS[own.at]} leaves ${percent((own.nearest * cell.mean.value) / from)} of what it was`}` : html`<b>${times(own.factor)}</b>${own.reach.words}`}</td>
        <td>${own.at !== 1 && html`<button aria-label=${`Try ${title(own.input)} ${times(own.factor ?? own.at)}`} onClick=${() => explorer.change({ input: own.input, scale: own.factor ?? own.at })}>try</button>`}</td></tr>`)}</tbody></table>
      ${told && html`<p class="note">${rows.some((own) => own.reach.rank === 0) ? "" : rows.some((own) => own.reach.rank === 1) ? "No input does it by itself within its law: try some together, or one that can be made otherwise than its law knows." : "No input does it by itself, moved to between a sixteenth and sixteen times: try some together."}</p>`}
    </div>`;
}

/** Whether a factor leaves an input within its law (0), outside of it (1), or none will do (2); and where that is, in words. */
function reached({ factor }, law) {
  if (factor === null) return { rank: 2, words: "" };
  if (!law?.curve) return { rank: 0, words: "" };
  const of = unit(law.unit);
  const to = `, to ${number(law.typical * factor)} ${of}`.trimEnd();
  const [least, most] = [law.curve.x[0], law.curve.x.at(-1)];
  const at = law.typical * factor;
  if (least === most) return { rank: 1, words: `${to} from ${number(law.typical)}` };
  const isWithin = at >= least && at <= most;
  return { rank: isWithin ? 0 : 1, words: isWithin ? `${to}: within its law` : `${to}: outside its law, which goes from ${number(least)} to ${number(most)}` };
}

function times(factor) {
  return `×\u00a0${number(factor, 2)}`;
}
