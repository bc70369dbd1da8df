// Claims: each with its verdict, by a mark, a word and a colour.

import { estimated, plain } from "../numbers.js";
import { claimRows } from "../tables.js";
import { CsvButton, cellAt, html } from "./base.js";

export const MARKS = { supported: ["✓", "supported"], not_supported: ["✗", "not supported"], undecided: ["?", "undecided"] };

/** The verdict of a claim at the labels that are shown, as a mark and a word. */
export function verdict(explorer, claim) {
  const { shot, labels } = explorer.state;
  const told = cellAt(explorer.settledNow?.shot.claims?.[claim.id] ?? shot?.claims?.[claim.id], labels);
  if (!told) return null;
  const [mark, word] = MARKS[told.verdict] ?? ["·", plain(told.verdict)];
  return { told, mark, word };
}

export function Claims({ explorer }) {
  const { study } = explorer.state;
  if (!study.claims.length) return null;
  return html`
    <section class="panel claims" aria-labelledby="claims-title">
      <header><h2 id="claims-title">Claims</h2><${CsvButton} name="the claims" rows=${() => claimRows(study.claims, (claim) => verdict(explorer, claim))} /></header>
      <ul>${study.claims.map((claim) => {
        const found = verdict(explorer, claim);
        if (!found) return null;
        const { told, mark, word } = found;
        const at = Object.values(told.labels).filter((label) => label !== "base").map(plain).join(", ");
        return html`<li class=${told.verdict}>
          <span class="mark" aria-hidden="true">${mark}</span>
          <b>“${claim.statement}”</b>
          <span>${word}${at ? ` for ${at}` : ""}: probability ${chance(told)}${changed(told)} (asked ${claim.confidence})${why(explorer, claim, told)} <button class="link" aria-label=${`Card of the claim ${claim.statement}`} onClick=${() => explorer.showCard(claim.id)}>card</button></span></li>`;
      })}</ul>
    </section>`;
}

function chance({ probability, bounds }) {
  return bounds && bounds[0] !== bounds[1] ? `${estimated(bounds[0])} to ${estimated(bounds[1])}` : estimated(probability);
}

/** Why a claim on numbers that are known to lie between two has its verdict. */
function why(explorer, claim, { bounds, undecided_by: by }) {
  const names = explorer.between(claim);
  if (!names.length) return "";
  if (!bounds) return `: undecided until settled, as numbers of ${names.join(", ")} are only known to lie between two: half way between them here`;
  return { ignorance: `: undecided by ignorance, as it holds at some numbers of ${names.join(", ")} and not at others`, draws: ": more draws may decide it" }[by] ?? `: whichever of their numbers ${names.join(", ")} have`;
}

function changed({ probability: now, before }) {
  if (before === null || before === undefined || Math.abs(now - before) < 5e-4) return "";
  return `, before ${estimated(before)}`;
}
