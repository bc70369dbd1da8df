// Two sides beside each other: before and now, scenarios, another study; how they differ.

import { d3, area, density, shareBelow, stretch, table } from "../shapes.js";
import { capital, estimated, known, levelText, number, plain, unit } from "../numbers.js";
import { STILL, ends, middle, range, varies } from "../readings.js";
import { Axis, Labels } from "./answer.js";
import { DifferingInputs, Stages, Steps } from "./apart.js";
import { curveRows, sharedRows } from "../tables.js";
import { CsvButton, html, useEffect, useState, useWidth } from "./base.js";
import { MARKS } from "./claims.js";

export function Compare({ explorer }) {
  const { comparison } = explorer;
  const { study } = explorer.state;
  const { told, refused, other } = comparison.state;
  const question = comparison.question;
  useEffect(() => {
    comparison.newest.ask(question);
  }, [JSON.stringify(question), other?.study.id]);
  const own = explorer.outputNow;
  const names = comparison.sides.map((side) => sideName(side, explorer));
  return html`
    <main class="compare">
      <section class="panel sides" aria-labelledby="sides-title">
        <header><h2 id="sides-title">Compare</h2>
          ${study.outputs.length > 1 && html`<label>of <select aria-label="Output" value=${own.id} onChange=${(event) => explorer.showOutput(event.target.value)}>
            ${study.outputs.map((each) => html`<option value=${each.id}>${capital(each.title)}</option>`)}</select></label>`}</header>
        <${Choice} explorer=${explorer} />
        <${Labels} explorer=${explorer} own=${own} />
        ${told && html`<p class="note">${told.functional_unit ? `Both are for: ${told.functional_unit}. ` : "Neither says what it is for. "}Preview of ${told.replicates} × ${told.draws.toLocaleString("en")} draws, the same for what both share.</p>`}
        ${told?.equal === 1 && html`<p class="same">Both are the same: change an input, or choose a scenario or another study.</p>`}
      </section>
      ${refused && html`<div class="refused" role="alert"><p><b>These cannot be compared.</b></p>${refused.map((fault) => html`<p>${fault.found}.${fault.allowed ? ` Allowed: ${fault.allowed}.` : ""}</p>`)}</div>`}
      ${told && html`
        <${Both} told=${told} names=${names} title=${own.title} study=${study} />
        <${Difference} told=${told} study=${study} names=${names} />
        <${Steps} told=${told} explorer=${explorer} names=${names} />
        <${Stages} told=${told} names=${names} />
        <${DifferingInputs} told=${told} names=${names} />
        <${Claims} told=${told} names=${names} />
        <${Shared} told=${told} />`}
      ${!told && !refused && html`<p class="note">drawing ...</p>`}
    </main>`;
}

function scenarioTitle(scenarios, id) {
  return id === "base" || !scenarios.length ? "" : capital(plain(id));
}

/** What a side is called. */
function sideName(text, explorer) {
  const { study, changes } = explorer.state;
  const { other } = explorer.comparison.state;
  const [of, scenario] = text.split("|");
  const from = of === "other" ? other : study;
  const at = scenarioTitle(from?.scenarios ?? [], scenario);
  if (of === "other") return [other?.study.id ?? "another study", at].filter(Boolean).join(", ");
  const base = of === "now" && changes.length ? `now, ${changes.length} changed` : "as it was opened";
  return at ? (of === "now" && changes.length ? `${at} (${changes.length} changed)` : at) : base;
}

function Choice({ explorer }) {
  const { comparison } = explorer;
  const { study, studies, changes, source } = explorer.state;
  const { other } = comparison.state;
  const [a, b] = comparison.sides;
  const scenarios = study.scenarios.length ? study.scenarios.map((own) => own.id) : ["base"];
  const sides = [
    ...(changes.length ? ["before", "now"] : ["now"]).flatMap((of) => scenarios.map((id) => `${of}|${id}`)),
    ...(other ? ["base", ...other.scenarios.map((own) => own.id)].map((id) => `other|${id}`) : []),
  ];
  const shown = [...new Set([...sides, a, b])];
  const choice = (letter, value, take) => html`<label class="side"><b class=${`letter ${letter.toLowerCase()}`}>${letter}</b>
    <select aria-label=${`Side ${letter}`} value=${value} onChange=${(event) => take(event.target.value)}>
      ${shown.map((text) => html`<option value=${text}>${sideName(text, explorer)}</option>`)}</select></label>`;
  return html`
    <div class="choice">
      ${choice("A", a, (text) => comparison.choose(text, b))}
      <button onClick=${() => comparison.swap()} aria-label="Swap A and B">swap</button>
      ${choice("B", b, (text) => comparison.choose(a, text))}
      <label class="side">another study <select value=${other?.source.id ?? ""} onChange=${(event) => event.target.value && comparison.openOther({ id: event.target.value })}>
        <option value="">${other?.source.name ?? "choose"}</option>
        ${studies.filter((own) => own.id !== source?.id).map((own) => html`<option value=${own.id}>${own.id}</option>`)}</select></label>
      <label class="file">or a file<input type="file" accept=".toml" onChange=${(event) => comparison.openFile(event.target.files[0])} /></label>
    </div>`;
}

function amount(cell, of) {
  const lead = `${cell.mean || !varies(cell) ? "" : "half the time below "}${middle(cell)} ${unit(of)}${cell.mean && varies(cell) ? " on average" : ""}`;
  const never = cell.never > 0 ? `; never in ${number(100 * cell.never)} % of draws` : "";
  return html`<b>${lead}</b>, ${range(cell)}${never}`;
}

const HEIGHT = 190;
const BASE = 146;

/** Both densities on one axis. */
function Both({ told, names, title, study }) {
  const [ref, width] = useWidth(560);
  const own = [told.a, told.b].map((cell) => table(study.probabilities, cell.quantiles));
  const shown = stretch(own);
  const x = d3.scaleLinear(shown, [12, width - 12]);
  const curves = own.map((each) => density(each, shown));
  const top = d3.max(curves.flat(), (point) => point[1]) || 1;
  const y = d3.scaleLinear([0, top], [BASE, 22]);
  const peaks = curves.map((curve) => curve[d3.maxIndex(curve, (point) => point[1])]);
  const near = Math.abs(x(peaks[0][0]) - x(peaks[1][0])) < 22 ? 9 : 0;
  return html`
    <section class="panel both" aria-labelledby="both-title">
      <header><h2 id="both-title">${capital(title)} <span class="unit">${unit(told.unit)}</span></h2>
        <${CsvButton} name="both sides" rows=${() => [["probability", "A", "B"], ...study.probabilities.map((p, k) => [p, told.a.quantiles[k], told.b.quantiles[k]])]} /></header>
      <ul class="amounts">
        <li><b class="letter a">A</b> ${names[0]}: ${amount(told.a, told.unit)}</li>
        <li><b class="letter b">B</b> ${names[1]}: ${amount(told.b, told.unit)}</li>
      </ul>
      <div ref=${ref} class="drawing"><svg width=${width} height=${HEIGHT} viewBox=${`0 0 ${width} ${HEIGHT}`} role="img" aria-label=${`Densities of A, ${names[0]}, and B, ${names[1]}`}>
        <${Axis} x=${x} y=${BASE} width=${width} label=${unit(told.unit)} />
        <path class="ghost" d=${area(curves[0], x, y, BASE)} /><path class="area over" d=${area(curves[1], x, y, BASE)} />
        ${peaks.map((peak, k) => html`<text x=${x(peak[0]) + (k ? near : -near)} y=${Math.max(12, y(peak[1]) - 6)} text-anchor="middle" class="name">${"AB"[k]}</text>`)}
      </svg></div>
    </section>`;
}

/** The density of the difference, the ratio, and how often B is below a part of A. */
function Difference({ told, study, names }) {
  return html`
    <section class="panel difference" aria-labelledby="difference-title">
      <header><h2 id="difference-title">B − A <span class="unit">${unit(told.unit)}</span></h2>
        ${told.difference && html`<${CsvButton} name="the difference" rows=${() => curveRows(study.probabilities, told.difference, told.unit)} />`}</header>
      ${told.difference
        ? html`<p class="now"><span class="big">${signed(told.difference.mean ?? told.difference.median)}</span><span class="what">${unit(told.unit)} ${told.difference.mean ? "on average" : "half the time below"}</span>
            <span class="range">${varies(told.difference) ? html`${levelText(told.difference.intervals.at(-1).level)} interval <b>${ends(told.difference).join(" to ")}</b>` : STILL}</span></p>
          ${told.equal < 1 && html`<${DifferenceCurve} told=${told} study=${study} />`}`
        : html`<p class="note">${capital(told.reason)}.</p>`}
      <p>B is below A in <b>${shareOf(told.less.value)} draws</b>: P(B ${"<"} A) = <b>${estimated(told.less.value)}</b>${told.less.error > 5e-4 ? ` ± ${number(told.t * told.less.error, 1)}` : ""}</p>
      ${told.ratio ? html`<${Ratio} told=${told} study=${study} />` : told.difference && html`<p class="note">No ratio: ${told.reason}.</p>`}
    </section>`;
}

function shareOf(share) {
  if (share === 1) return "all";
  return share === 0 ? "no" : `${number(100 * share)} % of`;
}

function signed({ value, error }) {
  const text = known(value, error);
  return value > 0 ? `+${text}` : text;
}

function DifferenceCurve({ told, study }) {
  const [ref, width] = useWidth(560);
  const own = table(study.probabilities, told.difference.quantiles);
  const [low, high] = stretch([own]);
  const shown = [Math.min(low, 0), Math.max(high, 0)];
  const x = d3.scaleLinear(shown, [12, width - 12]);
  const curve = density(own, shown);
  const y = d3.scaleLinear([0, d3.max(curve, (point) => point[1]) || 1], [BASE, 12]);
  const interval = told.difference.intervals.at(-1);
  return html`<div ref=${ref} class="drawing"><svg width=${width} height=${HEIGHT} viewBox=${`0 0 ${width} ${HEIGHT}`} role="img" aria-label=${`Density of B less A: ${range(told.difference)} ${unit(told.unit)}`}>
    <${Axis} x=${x} y=${BASE} width=${width} label=${`B − A, ${unit(told.unit)}`} />
    <path class="area" d=${area(curve, x, y, BASE)} />
    <line class="chosen" x1=${x(0)} x2=${x(0)} y1="6" y2=${BASE} />
    <line class="interval" x1=${x(Math.max(shown[0], interval.low))} x2=${x(Math.min(shown[1], interval.high))} y1=${BASE} y2=${BASE} />
    ${told.difference.mean && html`<circle class="mean" cx=${x(told.difference.mean.value)} cy=${BASE} r="5" />`}
  </svg></div>`;
}

/** P(B < g A) for any g, from the table of quantiles that is already here. */
function Ratio({ told, study }) {
  const own = table(study.probabilities, told.ratio.quantiles);
  const [g, setG] = useState(0.9);
  const low = Math.min(0.5, Math.max(0, own.x[1]));
  const high = Math.max(1.5, own.x.at(-2));
  const share = g === 1 ? told.less.value : shareBelow(own, g);
  const take = (event) => Number.isFinite(event.target.valueAsNumber) && setG(event.target.valueAsNumber);
  return html`
    <p>B / A: <b>${number(told.ratio_of_means ?? told.ratio.median.value)}</b> ${told.ratio_of_means ? "of the means" : "half the time below"}, ${range(told.ratio)}</p>
    <p class="part"><label>P(B ${"<"} <input type="number" step="0.01" min="0" value=${Number(g.toPrecision(3))} aria-label="g" onInput=${take} /> A) = <b id="part">${estimated(share)}</b></label>
      <input type="range" min=${low} max=${high} step=${(high - low) / 400} value=${g} aria-label="g, the part of A that B is to be below" aria-valuetext=${`B is below ${number(g)} times A with probability ${estimated(share)}`} onInput=${take} /></p>`;
}

/** Each claim on both sides. */
function Claims({ told, names }) {
  if (!told.claims.length) return null;
  const on = (letter, own) => {
    if (!own) return html`<span><b class=${`letter ${letter.toLowerCase()}`}>${letter}</b> not claimed</span>`;
    const [mark, word] = MARKS[own.verdict] ?? ["·", plain(own.verdict)];
    return html`<span class=${own.verdict}><b class=${`letter ${letter.toLowerCase()}`}>${letter}</b> <i class="mark" aria-hidden="true">${mark}</i> ${word}, probability ${estimated(own.probability)}</span>`;
  };
  return html`
    <section class="panel claims-apart" aria-labelledby="claims-apart-title">
      <header><h2 id="claims-apart-title">Claims</h2><${CsvButton} name="claims" rows=${() => [["claim", "confidence", `A: ${names[0]}`, "P(A)", `B: ${names[1]}`, "P(B)"], ...told.claims.map((own) => [own.statement, own.confidence, own.a?.verdict, own.a?.probability, own.b?.verdict, own.b?.probability])]} /></header>
      <ul>${told.claims.map((own) => html`<li><b>“${own.statement}”</b> <span class="note">asked ${own.confidence}</span><div>${on("A", own.a)} ${on("B", own.b)}</div></li>`)}</ul>
    </section>`;
}

/** Which inputs have the same draws in both. */
function Shared({ told }) {
  const names = (list) => list.map((own) => capital(plain(own))).join(", ");
  const others = told.shared.filter((own) => own.reason.includes("another law"));
  return html`
    <section class="panel shared" aria-labelledby="shared-title">
      <header><h2 id="shared-title">Which draws they share</h2><${CsvButton} name="shared draws" rows=${() => sharedRows(told)} /></header>
      <p>${told.shared.length ? `${told.shared.length} inputs have the same draws in both` : told.drawn_apart.length ? "No input has the same draws in both, so they are drawn apart" : "No input varies in both"}${others.length ? `, ${others.length} of them with another law, at the same quantile: ${names(others.map((own) => own.of))}` : ""}.</p>
      ${told.drawn_apart.length > 0 && html`<p>Of one name, but drawn apart: ${names(told.drawn_apart.map((own) => own.of))}.</p>`}
      ${told.only_a.length > 0 && html`<p>Vary in A alone: ${names(told.only_a)}.</p>`}
      ${told.only_b.length > 0 && html`<p>Vary in B alone: ${names(told.only_b)}.</p>`}
      ${told.shared.length > 0 && html`<details><summary>the ${told.shared.length} inputs by name, and why they share draws</summary><ul class="names">${told.shared.map((own) => html`<li>${capital(plain(own.of))} <span class="note">${own.reason}</span></li>`)}</ul></details>`}
    </section>`;
}
