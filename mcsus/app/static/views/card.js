// The card of a claim, of the whole run: it prints as one page, and its verdict follows the confidence.

import { estimated, number, plain } from "../numbers.js";
import { TakeWhole } from "./whole.js";
import { cellAt, html, useEffect, useLayoutEffect, useRef, useState } from "./base.js";
import { MARKS } from "./claims.js";

/** Sizes of type, how much longer than usual texts may be, and the letters that fit a page so. */
const SIZES = [["", 2, 3400], ["", 1, 3400], ["small", 1, 4400], ["smallest", 0.85, Infinity]];

/** What follows from a probability with its error where so much is asked for: as the run judges. */
export function judged(known, error, confidence, t) {
  if (!(Math.abs(known - confidence) >= t * error)) return "undecided";
  return known > confidence ? "supported" : "not_supported";
}

export function CardView({ explorer }) {
  const { card, claim, settling } = explorer.state;
  const settled = explorer.settledNow;
  useEffect(() => {
    explorer.set({ card: null });
    if (settled) explorer.comparison.card(claim);
  }, [settled, claim]);
  const back = html`<button onClick=${() => explorer.show("explorer")}>back</button>`;
  if (!settled) {
    const { progress } = settling ?? {};
    return html`<main class="card-view"><section class="panel"><h2>The card is of the whole run</h2>
      <p>What is on a card can be run again and compared number by number, so the study is settled first.</p>
      <p>${settling ? html`<progress aria-label="Settling" max=${progress?.total ?? 1} value=${progress?.done ?? 0}></progress> ${progress?.doing ?? "begins"} <button onClick=${() => explorer.cancel()}>cancel</button>`
        : html`<button id="settle" onClick=${() => explorer.settle()}>settle</button>`} ${back}</p></section></main>`;
  }
  if (!card) return html`<main class="card-view"><p class="note">writing ...</p></main>`;
  return html`<main class="card-view"><div class="take">${back} ${explorer.host.print && html`<button onClick=${explorer.host.print}>print</button>`}<${TakeWhole} explorer=${explorer} /></div>
    <${Card} key=${card.claim.id} card=${card} t=${settled.shot.t} shown=${cellAt(settled.shot.claims[card.claim.id], explorer.state.labels)} /></main>`;
}

function shortened(text, most) {
  if (text.length <= most) return text;
  const cut = text.slice(0, most - 1);
  const end = cut.lastIndexOf(" ");
  return `${(end > 0 ? cut.slice(0, end) : cut).replace(/[ ,;:.]+$/, "")} …`;
}

/** `shown` is the case of the claim at the labels that the page shows. */
function Card({ card, t, shown }) {
  const ref = useRef(null);
  const [size, setSize] = useState(0);
  const [confidence, setConfidence] = useState(card.claim.confidence);
  useLayoutEffect(() => {
    if (ref.current.textContent.length > SIZES[size][2]) setSize(size + 1);
  }, [size]);
  const [kind, room] = SIZES[size];
  const cut = (text, most) => shortened(text, Math.floor(most * room));
  const list = (title, rows) => html`<div><h3>${title}</h3><ul>${rows.map((row) => html`<li>${row}</li>`)}</ul></div>`;
  const counts = Object.entries(card.rests_on.counts).filter(([, count]) => count).map(([grade, count]) => `${grade} ${count}`).join(", ");
  return html`
    <article class=${`card ${kind}`} ref=${ref}>
      <p class="kind">Claim card<span>${card.study}</span></p>
      <h1>“${cut(card.claim.statement, 130)}”</h1>
      ${card.holder && html`<p class="holder">Claimed by: ${cut(card.holder, 90)}</p>`}
      <p class="holder">Tested: ${cut(card.claim.tested, 110)}</p>
      ${Object.keys(card.variant).length > 0 && html`<p class="variant">Not the study as written: ${Object.entries(card.variant).map(([name, value]) => `${cut(name, 60)} = ${cut(value, 60)}`).join(", ")}</p>`}
      <${Verdict} claim=${card.claim} t=${t} shown=${shown} confidence=${confidence} take=${setConfidence} cut=${cut} />
      <section class="summary">${card.summary.map((text) => html`<p>${cut(text, 310)}</p>`)}</section>
      <section class="amounts">${card.amounts.map((own) => html`<div><b>${own.what}</b><p>${cut(own.text, 100)}</p></div>`)}</section>
      ${card.credits.length > 0 && html`<section>${card.credits.map((text) => html`<p>${cut(text, 180)}</p>`)}</section>`}
      <section class="four">
        <div><h3>What decides</h3><ul>${card.decides.map((own) => html`<li>${cut(own.words, 44)}<b>${own.index?.toFixed(2)}</b></li>`)}</ul>${card.decides_by && html`<p class="measure">${cut(card.decides_by, 50)}</p>`}</div>
        ${list("What would turn it", card.would_turn_it.map((text) => cut(text, 60)))}
        ${list("How robust", card.robust.map((text) => cut(text, 60)))}
        ${list("What to measure", card.to_measure.map((text) => cut(text, 60)))}
      </section>
      ${card.case && html`<p class="case">What would turn it, how robust and what to measure: of ${cut(card.case, 80)}, the nearest to what is asked for.</p>`}
      ${card.other_claims.length > 0 && html`<section><h3>Other claims</h3>${card.other_claims.map((own) => html`<p><b>${wordOf(own.verdict)}</b> “${cut(own.statement, 70)}” (${cut(own.tested, 60)}) ${cut(own.text, 70)}</p>`)}${card.claims_left_out > 0 && html`<p>and ${card.claims_left_out} more, in the appendix.</p>`}</section>`}
      <section><h3>What it rests on</h3><p>${counts}. ${cut(card.rests_on.text, 260)}</p></section>
      <section><h3>Scope</h3><dl class="scope">${card.scope.map((row) => html`<dt>${row.what}</dt><dd>${cut(row.text, 115)}</dd>`)}</dl></section>
      <section><h3>Limits</h3>${card.limits.map((text) => html`<p>${cut(text, 280)}</p>`)}</section>
      <section class="signed"><h3>${card.signed.length ? "Signed" : "Not signed"}</h3>${card.signed.length > 0 && html`<dl>${card.signed.map((row) => html`<div><dt>${row.what}</dt><dd>${cut(row.text, 60)}</dd></div>`)}</dl>`}
        ${card.not_stated.length > 0 && html`<p>Not stated: ${cut(card.not_stated.join(", "), 110)}.</p>`}</section>
      <p class="reproduce"><b>Reproduce</b> ${card.reproduce.command.length > 0 && html`<code>${cut(card.reproduce.command.join(" "), 200)}</code> `}(${card.reproduce.design}; mcsus ${card.reproduce.mcsus}). <code>mcsus verify</code> of the evidence runs it again and compares every number. Study <code>${card.reproduce.study_sha256.slice(0, 16)}</code>, digest of result.json <code>${card.reproduce.digest.slice(0, 16)}</code> (first 16 of sha256).</p>
    </article>`;
}

function wordOf(verdict) {
  const word = MARKS[verdict]?.[1] ?? plain(verdict);
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** The verdict; its confidence is a slider, and what the study asks for stays marked. */
function Verdict({ claim, t, shown, confidence, take, cut }) {
  const { probability: known, error } = claim;
  const one = known !== null && !claim.bounds ? claim : known === null && shown;
  const asked = claim.confidence;
  const now = one && judged(one.probability, one.error, confidence, t);
  const verdict = one === claim && confidence !== asked ? now : claim.verdict;
  const typed = (event) => event.target.valueAsNumber >= 0.5 && event.target.valueAsNumber <= 0.999 && take(event.target.valueAsNumber);
  const text = verdict === claim.verdict ? claim.text : "";
  return html`
    <section class=${`verdict ${verdict}`}>
      <p class="word" role="status"><i class="mark" aria-hidden="true">${MARKS[verdict]?.[0] ?? "·"}</i> ${wordOf(verdict)}</p>
      ${known !== null && html`<p class="chance">probability ${claim.bounds ? `${estimated(claim.bounds[0])} to ${estimated(claim.bounds[1])}` : estimated(known)}${" "}
        <span>${confidence === asked ? `asked ${asked}` : `at ${number(confidence)}; the study asks ${asked}`}${error ? `; numerical error ${number(error, 1)}` : ""}</span></p>
        <svg class="gauge" viewBox="0 0 400 22" preserveAspectRatio="none" aria-hidden="true"><rect x="0" y="9" width="400" height="4" class="rail" /><rect x=${400 * confidence - 1} y="2" width="2" height="18" class="asked" />
          ${claim.bounds ? html`<rect x=${400 * claim.bounds[0]} y="6" width=${Math.max(4, 400 * (claim.bounds[1] - claim.bounds[0]))} height="10" class="is" />` : html`<rect x=${400 * known - 4} y="5" width="8" height="12" rx="4" class="is" />`}</svg>`}
      ${one === shown && one && html`<p class="case-shown">For ${Object.values(shown.labels).filter((label) => label !== "base").map(plain).join(", ")}: <b role="status">${wordOf(now)}</b>, probability ${estimated(shown.probability)}</p>`}
      ${one && html`<label class="confidence">confidence asked for <input type="range" min="0.5" max="0.999" step="0.001" value=${confidence} aria-valuetext=${`${number(confidence)}: ${wordOf(now)}`} onInput=${typed} />
        <b>${confidence.toFixed(3)}</b>${confidence !== asked && html` <button class="link" onClick=${() => take(asked)}>as the study asks, ${asked}</button>`}</label>`}
      ${text && html`<p>${cut(text, 300)}</p>`}
    </section>`;
}
