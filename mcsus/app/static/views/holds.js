// Which claims hold as one input is known to be this or that, and from which value on.

import { d3 } from "../shapes.js";
import { estimated, number, unit } from "../numbers.js";
import { CsvButton, html, useAnswer, useState } from "./base.js";

const SIZE = { width: 300, height: 64, base: 50, left: 6 };
const ZERO = 34;

export function Holds({ explorer, input, law }) {
  const { study, opened, changes, output, labels } = explorer.state;
  const [asked, setAsked] = useState(false);
  const told = useAnswer(() => explorer.turns(input.id, law), [asked, opened, output, JSON.stringify(changes), JSON.stringify(labels)], asked)?.claims;
  if (!study.claims.length || !law.curve) return null;
  if (!asked) return html`<p><button onClick=${() => setAsked(true)}>from which value on do claims hold?</button></p>`;
  if (!told) return html`<p class="note" role="status">looking ...</p>`;
  const statements = new Map(study.claims.map((claim) => [claim.id, claim.statement]));
  const of = unit(law.unit);
  return html`
    <section class="holds" aria-label=${`Claims as ${input.title} is known`}>
      ${told.map((own) => html`<div><p>“${statements.get(own.id)}” <b>${words(own, of)}</b></p><${Chances} own=${own} law=${law} of=${of} /></div>`)}
      <p class="note">If it were known to be that, all else as it is now; preview. Dashed: what is asked for; shaded: 90 % of its law. ${" "}
        <${CsvButton} name=${`claims by ${input.id}`} rows=${() => [["value", ...told.map((own) => own.id)], ...(told[0]?.values ?? []).map((value, k) => [value, ...told.map((own) => own.probabilities[k])])]} /></p>
    </section>`;
}

/** Where a claim holds, in words. */
function words({ values, probabilities, turns, confidence }, of) {
  const reach = `from ${number(values[0])} to ${number(values.at(-1))} ${of}`;
  if (turns.length) return `holds ${turns.map((turn) => `${turn.holds} ${number(turn.value)} ${of}`).join(", and ")}`;
  return probabilities[0] >= confidence ? `holds whatever it is, ${reach}` : `does not hold whatever it is, ${reach}`;
}

/** How likely a claim is over values of the input. */
function Chances({ own, law, of }) {
  const [least, next] = own.values;
  const most = own.values.at(-1);
  const log = least === 0 && most / next > 20; // 0 stands by itself, left of the logarithms
  const ends = [SIZE.left, SIZE.width - SIZE.left];
  const above0 = d3.scaleLog([next, most], [SIZE.left + ZERO, ends[1]]).clamp(true);
  const x = log ? (value) => (value > 0 ? above0(value) : ends[0]) : d3.scaleLinear([least, most], ends).clamp(true);
  const points = own.values.map((value, k) => [value, own.probabilities[k]]);
  const y = d3.scaleLinear([0, 1], [SIZE.base, 6]);
  return html`<svg viewBox=${`0 0 ${SIZE.width} ${SIZE.height}`} width=${SIZE.width} height=${SIZE.height} role="img" aria-label=${`Probability from ${estimated(own.probabilities[0])} to ${estimated(own.probabilities.at(-1))}`}>
    <rect class="law-range" x=${x(law.low)} width=${Math.max(2, x(law.high) - x(law.low))} y="6" height=${SIZE.base - 6} />
    <line class="asked" x1=${ends[0]} x2=${ends[1]} y1=${y(own.confidence)} y2=${y(own.confidence)} />
    <line class="axis" x1=${ends[0]} x2=${ends[1]} y1=${SIZE.base} y2=${SIZE.base} />
    <path class="chance" d=${d3.line().x(([value]) => x(value)).y(([, chance]) => y(chance))(points)} />
    <text x=${ends[0]} y=${SIZE.height - 2}>${number(least)}</text>${log && html`<text x=${x(next)} y=${SIZE.height - 2}>${number(next)}</text>`}<text x=${ends[1]} y=${SIZE.height - 2} text-anchor="end">${number(own.values.at(-1))} ${of}</text></svg>`;
}
