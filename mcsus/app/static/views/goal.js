// What each input by itself would have to be multiplied by for the mean to reach a goal.

import { capital, number, percent, unit } from "../numbers.js";
import { CsvButton, cellAt, html, useAnswer, useState } from "./base.js";

const FIRST = 8;

export function Goal({ explorer, ranking }) {
  const { study, output, labels, changes, fine, opened, shot } = explorer.state;
  const [share, setShare] = useState(0.5);
  const cell = cellAt(shot?.outputs?.[output], labels);
  const from = cell?.before?.mean ?? cell?.mean?.value;
  const ratio = cell?.mean ? (share * from) / cell.mean.value : null;
  const inputs = ranking.inputs.filter((id) => explorer.movable(id)).slice(0, FIRST);
  const told = useAnswer(() => explorer.goal(inputs, ratio), [opened, output, JSON.stringify(changes), JSON.stringify(labels), fine, share], fine && ratio)?.goals;
  if (!cell?.mean) return html`<p class="note">There is no mean, so that nothing is told of it.</p>`;
  const titles = new Map(study.inputs.map((input) => [input.id, capital(input.title)]));
  const of = unit(explorer.outputNow.unit);
  const put = (event) => event.target.valueAsNumber > 0 && setShare(event.target.valueAsNumber / 100);
  const rows = [...(told ?? [])].sort((a, b) => (a.factor === null) - (b.factor === null));
  return html`
    <div class="goal">
      <p><label>To bring the mean to <input type="number" min="1" max="1000" step="1" value=${Math.round(100 * share)} aria-label="Part of the mean, in percent" onChange=${put} /> %</label> of what it was, <b>${number(share * from)} ${of}</b>, each input by itself, all else as it is now:
        ${" "}<${CsvButton} name="to a goal" rows=${() => [["input", "factor", "nearest ratio", "at factor"], ...rows.map((own) => [own.input, own.factor, own.nearest, own.at])]} /></p>
      ${!told && html`<p class="note">looking ...</p>`}
      <table><tbody>${rows.map((own) => html`<tr key=${own.input}><th>${titles.get(own.input) ?? own.input}</th>
        <td>${own.factor === null ? html`not by itself: ${times(own.at)} still ${percent((own.nearest * cell.mean.value) / from)}` : html`<b>${times(own.factor)}</b>`}</td>
        <td><button aria-label=${`Try ${titles.get(own.input)} ${times(own.factor ?? own.at)}`} onClick=${() => explorer.change({ input: own.input, scale: own.factor ?? own.at })}>try</button></td></tr>`)}</tbody></table>
      ${told && told.every((own) => own.factor === null) && html`<p class="note">No input does it by itself, moved to between a sixteenth and sixteen times: try some together.</p>`}
    </div>`;
}

function times(factor) {
  return `×\u00a0${number(factor, 2)}`;
}
