// Why two sides differ: a waterfall of what each change, input and stage does, and laws that differ.

import { d3, area, density, stretch, table } from "../shapes.js";
import { capital, known, number, plain, unit } from "../numbers.js";
import { CsvButton, html } from "./base.js";
import { words } from "./changes.js";

/** Rows of a waterfall: where each begins and ends on the way from A to B. */
export function waterfall(from, steps) {
  let at = from;
  return steps.map((step) => {
    const row = { ...step, begin: at, end: at + step.value };
    at = row.end;
    return row;
  });
}

function Waterfall({ a, b, steps, of, t, names }) {
  const rows = waterfall(a, steps);
  const ends = [a, b, ...rows.flatMap((row) => [row.end, row.end + t * (row.error ?? 0), row.end - t * (row.error ?? 0)])];
  const [low, high] = d3.extent(ends);
  const room = 0.06 * (high - low) || Math.abs(high) || 1;
  const x = d3.scaleLinear([low - room, high + room], [0, 100]).clamp(true);
  const mark = (letter, value, name) => html`<li class="end"><span class="title"><b class=${`letter ${letter.toLowerCase()}`}>${letter}</b> ${name}</span>
    <span class="fall"><i class="at" style=${{ left: `${x(value)}%` }}></i></span><span class="n"><b data-exact=${value}>${number(value)}</b></span></li>`;
  return html`
    <ol class="waterfall">
      ${mark("A", a, names[0])}
      ${rows.map((row) => html`<li class=${row.value < 0 ? "down" : "up"} data-value=${row.value}>
        <span class="title">${row.title}</span>
        <span class="fall">${row.value !== 0 && html`<i class="step" style=${{ left: `${x(Math.min(row.begin, row.end))}%`, width: `${Math.abs(x(row.end) - x(row.begin))}%` }}></i>`}
          ${row.error > 0 && html`<i class="whisker" style=${{ left: `${x(row.end - t * row.error)}%`, width: `${x(row.end + t * row.error) - x(row.end - t * row.error)}%` }}></i>`}</span>
        <span class="n">${row.value > 0 ? "+" : ""}${row.value ? known(row.value, row.error) : "0"}${row.error > 0 ? html` <span class="soft">± ${number(t * row.error, 1)}</span>` : ""}</span></li>`)}
      ${mark("B", b, names[1])}
    </ol>
    <p class="note">Means, ${unit(of)}; ± holds with 95 %.</p>`;
}

function rows(steps) {
  return () => [["step", "value", "error"], ...steps.map((own) => [own.title, own.value, own.error])];
}

/** What each change, or each input with another law, does by itself. */
export function Steps({ told, explorer, names }) {
  const { why } = told;
  const { study, changes } = explorer.state;
  const inputs = new Map(study.inputs.map((input) => [input.id, input]));
  const title = ({ input, change }) => {
    const name = capital(inputs.get(input)?.title ?? plain(input));
    return change === null ? name : `${name}: ${words(changes[change], inputs.get(input))}`;
  };
  if (!why || !told.a.mean || !told.b.mean) return html`<section class="panel why-apart"><h2>Why</h2><p class="note">${why ? "There is no mean, so that it is not parted." : `${capital(told.reason)}.`}</p></section>`;
  const rest = why.by === "change" ? "interaction: all together less the sum" : "interaction, and equations that differ";
  const steps = [
    ...why.steps.map((own) => ({ ...own, title: title(own) })),
    ...(why.others ? [{ ...why.others, title: `${why.others.count} others` }] : []),
    ...(why.steps.length !== 1 || why.rest.value ? [{ ...why.rest, title: rest }] : []),
  ];
  return html`
    <section class="panel why-apart" aria-labelledby="why-title">
      <header><h2 id="why-title">Why: each ${why.by === "change" ? "change" : "input with another law"} by itself</h2><${CsvButton} name="why" rows=${rows(steps)} /></header>
      ${told.equal === 1 ? html`<p class="note">Nothing differs.</p>` : html`<${Waterfall} a=${told.a.mean.value} b=${told.b.mean.value} steps=${steps} of=${told.unit} t=${told.t} names=${names} />`}
    </section>`;
}

/** How what both are the sum of differs. */
export function Stages({ told, names }) {
  if (!told.stages.length || !told.a.mean || !told.b.mean || told.equal === 1) return null;
  const steps = told.stages.map((own) => ({ title: capital(own.title), ...own.apart }));
  return html`
    <section class="panel by-stage" aria-labelledby="stage-title">
      <header><h2 id="stage-title">Why: by what it is the sum of</h2><${CsvButton} name="parts" rows=${rows(steps)} /></header>
      <${Waterfall} a=${told.a.mean.value} b=${told.b.mean.value} steps=${steps} of=${told.unit} t=${told.t} names=${names} />
    </section>`;
}

/** Inputs whose laws differ: both laws, where they are from, and what that does. */
export function DifferingInputs({ told }) {
  if (!told.inputs.length) return null;
  return html`
    <section class="panel inputs-apart" aria-labelledby="inputs-apart-title">
      <header><h2 id="inputs-apart-title">Inputs that differ (${told.inputs.length})</h2><${CsvButton} name="inputs" rows=${() => [["input", "A", "B", "unit", "source A", "source B", "effect", "error"],
        ...told.inputs.map((own) => [own.title, own.a?.law.words, own.b?.law.words, (own.a ?? own.b).law.unit, own.a?.sources.join("; "), own.b?.sources.join("; "), own.effect?.value, own.effect?.error])]} /></header>
      <ol>${told.inputs.map((own) => html`<li>
        <b class="title">${capital(own.title)}</b>
        <${Laws} a=${own.a?.law} b=${own.b?.law} />
        ${["a", "b"].map((key) => html`<div><b class=${`letter ${key}`}>${key.toUpperCase()}</b> ${own[key] ? html`${own[key].law.words} ${unit(own[key].law.unit)}${own[key].more ? ` and ${own[key].more} more` : ""}
          <span class="note">${[own[key].evidence, own[key].sources.join("; ")].filter(Boolean).join(": ")}</span>` : html`<span class="note">not there</span>`}</div>`)}
        <span class="n">${own.effect ? `${own.effect.value > 0 ? "+" : ""}${known(own.effect.value, own.effect.error)} ${unit(told.unit)}` : html`<span class="note">not by itself</span>`}</span>
      </li>`)}</ol>
    </section>`;
}

const SIZE = { width: 150, height: 36, base: 30 };

function Laws({ a, b }) {
  const laws = [a, b].filter((law) => law?.curve);
  if (!laws.length || new Set(laws.map((law) => law.unit)).size > 1) return html`<span></span>`;
  const tables = laws.map((law) => table(law.curve.p, law.curve.x));
  const shown = stretch(tables, 0.01);
  const x = d3.scaleLinear(shown, [4, SIZE.width - 4]);
  const draw = (law, kind) => {
    if (!law?.curve) return null;
    if (law.low === law.high) return html`<line class=${kind} x1=${x(law.typical)} x2=${x(law.typical)} y1="6" y2=${SIZE.base} />`;
    const points = density(table(law.curve.p, law.curve.x), shown);
    const y = d3.scaleLinear([0, d3.max(points, (point) => point[1]) || 1], [SIZE.base, 3]);
    return html`<path class=${kind} d=${area(points, x, y, SIZE.base)} />`;
  };
  return html`<svg class="law fixed-size" width=${SIZE.width} height=${SIZE.height} viewBox=${`0 0 ${SIZE.width} ${SIZE.height}`} aria-hidden="true">
    <line class="axis" x1="0" x2=${SIZE.width} y1=${SIZE.base} y2=${SIZE.base} />${draw(b, "curve")}${draw(a, "ghost")}</svg>`;
}
