// A law as a small curve: its body is dragged, and so are its ends (5 % and 95 %).

import { d3, area, density, stretch, valueAt } from "../shapes.js";
import { number, unit } from "../numbers.js";
import { dragging, html, steady, useRef } from "./base.js";

const HEIGHT = 34;
const BASE = 27;
const STEP = 0.01;
const LARGE_STEP = 0.1;

function table(law) {
  return { p: law.curve.p, x: law.curve.x };
}

/** The stretch on which a law and the one before it are shown. */
function axis(law, before) {
  const [low, high] = stretch([table(law), table(before)], 0.01);
  return law.low > 0 && low < 0 ? [0, high] : [low, high];
}

/** The change that moves the body of a law by so much of its unit. */
export function moved(law, by) {
  const middle = law.typical;
  if (law.moves.includes("scale") && middle + by > 0 && middle > 0) return { scale: (middle + by) / middle };
  return law.moves.includes("shift") ? { shift: by } : null;
}

function withEnd(law, end, to) {
  const ends = end === "low" ? [Math.min(to, law.high), law.high] : [law.low, Math.max(to, law.low)];
  return ends[0] < ends[1] ? { ends } : null;
}

/**
 * Parameters: the law in force, the one of the study, the width, whether it may be changed, and
 * where verdicts turn, `drag(change)`, which is told of the change since the drag began, and `drop()`.
 */
export const Law = steady(({ law, before, width, title, fixed, turns, drag, drop }) => {
  const held = useRef(null);
  const [low, high] = held.current ?? axis(law, before);
  const x = d3.scaleLinear([low, high], [6, width - 6]).clamp(false);
  const clamped = (value) => Math.max(4, Math.min(width - 4, x(value)));
  const begin = () => {
    held.current = axis(law, before);
    return law;
  };
  const end = () => {
    held.current = null;
    drop();
  };
  const perPixel = (high - low) / (width - 12);
  const body = dragging({ start: begin, move: (pixels, from) => drag(moved(from, pixels * perPixel)), end });
  const grip = (which) =>
    dragging({ start: begin, move: (pixels, from) => drag(withEnd(from, which, from[which] + pixels * perPixel)), end });
  const constant = law.low === law.high;
  const keys = (event) => {
    const sign = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!sign || fixed) return;
    event.preventDefault();
    const by = sign * (event.shiftKey ? LARGE_STEP : STEP);
    const which = event.currentTarget.dataset.end;
    const width_ = law.high - law.low || Math.abs(law.typical) || 1;
    const change = which
      ? withEnd(law, which, law[which] + by * width_)
      : moved(law, by * (law.moves.includes("scale") ? law.typical : width_));
    drag(change);
    drop();
  };
  const handle = (which, value) => html`
    <g class="end" role="slider" tabindex=${fixed ? -1 : 0} data-end=${which} aria-label=${`${title}: ${which === "low" ? "5" : "95"} % of the law`}
       aria-valuenow=${value} aria-valuetext=${`${number(value)} ${unit(law.unit)}`} onPointerDown=${fixed ? null : grip(which)} onKeyDown=${keys}>
      <rect x=${clamped(value) - 11} y="2" width="22" height=${HEIGHT - 4} class="touch" />
      <line x1=${clamped(value)} x2=${clamped(value)} y1=${BASE - 9} y2=${BASE + 5} />
    </g>`;
  return html`
    <svg class=${`law ${fixed ? "fixed" : ""}`} width=${width} height=${HEIGHT} viewBox=${`0 0 ${width} ${HEIGHT}`}>
      <line class="axis" x1="0" x2=${width} y1=${BASE} y2=${BASE} />
      ${law !== before && html`<${Curve} law=${before} x=${x} stretch=${[low, high]} kind="ghost" />`}
      <g class="body" role="slider" tabindex=${fixed ? -1 : 0} aria-label=${title} aria-valuenow=${law.typical}
         aria-valuetext=${`${number(law.typical)} ${unit(law.unit)}${law.family === "constant" ? "" : `, 90 % of it between ${number(law.low)} and ${number(law.high)}`}`}
         onPointerDown=${fixed ? null : body} onKeyDown=${keys}>
        <rect x="0" y="0" width=${width} height=${HEIGHT} class="touch" />
        ${constant ? html`<circle class="point" cx=${clamped(law.typical)} cy=${BASE} r="5" />` : html`<${Curve} law=${law} x=${x} stretch=${[low, high]} kind="curve" />`}
        ${!constant && html`<line class="range" x1=${clamped(law.low)} x2=${clamped(law.high)} y1=${BASE} y2=${BASE} />
        <circle class="point" cx=${clamped(valueAt(table(law), 0.5))} cy=${BASE} r="3.5" />`}
      </g>
      ${turns.map((turn) => html`<path class="turn" d=${`M${clamped(turn.value)},${BASE} l-4,7 h8 z`}><title>${`“${turn.claim}” turns at ${number(turn.value)} ${unit(turn.unit)}`}</title></path>`)}
      ${!constant && law.moves.includes("ends") && [handle("low", law.low), handle("high", law.high)]}
    </svg>`;
});

function Curve({ law, x, stretch: shown, kind }) {
  const points = density(table(law), shown);
  const y = d3.scaleLinear([0, d3.max(points, (point) => point[1]) || 1], [BASE, 2]);
  return html`<path class=${kind} d=${area(points, x, y, BASE)} />`;
}
