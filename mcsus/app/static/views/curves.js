// Main effects: the mean of the output at each value of one input, of the inputs that drive it most.

import { capital, number, unit } from "../numbers.js";
import { d3 } from "../shapes.js";
import { CsvButton, html, useAnswer } from "./base.js";

const FIRST = 6;
const SIZE = { width: 190, height: 118, left: 4, base: 92 };

export function Curves({ explorer, ranking }) {
  const { study, output, labels, changes, fine, opened } = explorer.state;
  const inputs = ranking.inputs.slice(0, FIRST).filter((id) => study.inputs.some((own) => own.id === id));
  const ask = () => Promise.all(inputs.map((id) => explorer.scatter(id)));
  const told = useAnswer(ask, [opened, output, JSON.stringify(changes), JSON.stringify(labels), fine, inputs.join()], fine);
  if (!told) return html`<p class="note">drawing ...</p>`;
  const titles = new Map(study.inputs.map((own) => [own.id, capital(own.title)]));
  const trends = told.map((own) => own.trend);
  const ends = [d3.min(trends, (own) => d3.min(own.low)), d3.max(trends, (own) => d3.max(own.high))];
  const y = d3.scaleLinear(ends, [SIZE.base, 8]);
  const rows = trends.flatMap((own, k) => own.x.map((value, j) => [inputs[k], value, told[k].unit_x, own.mean[j], own.error[j], own.low[j], own.high[j]]));
  return html`
    <div class="curves">
      <p class="note">The line is the mean of the output where an input has that value and all others vary, the band 90 % of its draws; all from ${number(ends[0])} to ${number(ends[1])} ${unit(explorer.outputNow.unit)}. The steeper, the more it drives by itself.${" "}
        <${CsvButton} name="main effects" rows=${() => [["input", "value", "unit", "mean of the output", "error", "5 %", "95 %"], ...rows]} /></p>
      ${trends.map((trend, k) => html`<figure class="drawing" key=${inputs[k]}><figcaption>${titles.get(inputs[k])}</figcaption><${Effect} trend=${trend} y=${y} of=${unit(told[k].unit_x)} title=${titles.get(inputs[k])} /></figure>`)}
    </div>`;
}

function Effect({ trend, y, of, title }) {
  const x = d3.scaleLinear(d3.extent(trend.x), [SIZE.left, SIZE.width - SIZE.left]);
  const band = d3.area().x((_, k) => x(trend.x[k])).y0((_, k) => y(trend.low[k])).y1((_, k) => y(trend.high[k]));
  const mean = d3.line().x((_, k) => x(trend.x[k])).y((_, k) => y(trend.mean[k]));
  const [first, last] = [trend.mean[0], trend.mean.at(-1)];
  return html`<svg class="scatter" viewBox=${`0 0 ${SIZE.width} ${SIZE.height}`} width="100%" role="img" aria-label=${`${title}: the mean goes from ${number(first)} to ${number(last)}`}>
    <path class="band wide" d=${band(trend.x)} /><path class="line" d=${mean(trend.x)} />
    <g class="ticks"><line x1=${SIZE.left} x2=${SIZE.width - SIZE.left} y1=${SIZE.base} y2=${SIZE.base} />
      <text x=${SIZE.left} y=${SIZE.base + 16}>${number(trend.x[0])}</text><text x=${SIZE.width - SIZE.left} y=${SIZE.base + 16} text-anchor="end">${number(trend.x.at(-1))} ${of}</text></g></svg>`;
}
