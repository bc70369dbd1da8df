// The answer: middle and interval, density with its ghost, what it is made of, claims.

const SVG = "http://www.w3.org/2000/svg";
const LOGARITHMIC = 60; // 95 % quantile over 5 % quantile from which the axis is logarithmic
const BINS = 192;
const MOST_CELLS = 3; // of a claim
const MARKS = { supported: "\u2713", not_supported: "\u2717", undecided: "?" };
const VERDICTS = { supported: "supported", not_supported: "not supported", undecided: "undecided" };

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made && typeof value !== "string") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

function shape(tag, attributes, text = null) {
  const made = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== null) made.textContent = text;
  return made;
}

// An axis on which all but the outermost draws of both lie.
function axisOf(now, before) {
  const both = [now, before].filter((one) => one && Number.isFinite(one.sorted[0]));
  if (!both.length) return null;
  const at = (one, p) => {
    const value = one.quantile(p);
    return Number.isFinite(value) ? value : one.sorted.findLast(Number.isFinite);
  };
  const lowest = Math.min(...both.map((one) => one.sorted[0]));
  const log = lowest > 0 && both.some((one) => at(one, 0.95) / at(one, 0.05) > LOGARITHMIC);
  let low = Math.min(...both.map((one) => Math.min(at(one, log ? 0.005 : 0.001), one.low)));
  let high = Math.max(...both.map((one) => at(one, 0.995)));
  high = Math.max(high, ...both.map((one) => one.high).filter(Number.isFinite));
  if (log) return { log, low: low / 1.3, high: high * 1.3 };
  if (low >= 0 && low < 0.6 * high) low = 0;
  const width = high - low || Math.abs(high) || 1;
  return { log, low: low ? low - 0.04 * width : 0, high: high + 0.04 * width };
}

function placeOn(axis, value, width) {
  const scale = axis.log ? Math.log : (x) => x;
  return ((scale(value) - scale(axis.low)) / (scale(axis.high) - scale(axis.low))) * width;
}

// Heights of a smoothed density between the ends of an axis.
function densityOn(axis, sorted) {
  const counts = new Float64Array(BINS);
  let total = 0, sum = 0, squares = 0;
  for (const value of sorted) {
    const place = placeOn(axis, value, BINS);
    if (!(place >= 0 && place < BINS)) continue;
    counts[Math.floor(place)]++;
    total++;
    sum += place;
    squares += place * place;
  }
  if (!total) return counts;
  const quarter = (p) => placeOn(axis, quantileOf(sorted, p), BINS);
  const sd = Math.sqrt(Math.max(squares / total - (sum / total) ** 2, 0));
  const middle = (quarter(0.75) - quarter(0.25)) / 1.34;
  const spread = middle > 0 ? Math.min(sd, middle) : sd;
  const width = Math.max(1.1 * spread * Math.pow(total, -0.2), 0.7);
  const reach = Math.ceil(3 * width);
  const smooth = new Float64Array(BINS);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, k) =>
    Math.exp(-0.5 * ((k - reach) / width) ** 2)
  );
  const whole = weights.reduce((one, other) => one + other, 0);
  counts.forEach((count, k) => {
    if (count) {
      weights.forEach((weight, i) => {
        const to = k + i - reach;
        const inside = to < 0 ? -1 - to : to >= BINS ? 2 * BINS - 1 - to : to;
        smooth[inside] += (count * weight) / whole / sorted.length;
      });
    }
  });
  return smooth;
}

function ticksOf(axis, most) {
  if (axis.log) {
    const first = Math.floor(Math.log10(axis.low)), last = Math.ceil(Math.log10(axis.high));
    const each = Math.ceil((last - first) / most);
    const steps = last - first <= 2 ? [1, 2, 5] : [1];
    const found = [];
    for (let power = first; power <= last; power += each) {
      for (const step of steps) found.push(step * 10 ** power);
    }
    return found.filter((tick) => tick >= axis.low && tick <= axis.high);
  }
  const rough = (axis.high - axis.low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((own) => own * power >= rough) * power;
  const found = [];
  for (let k = Math.ceil(axis.low / step); k * step <= axis.high; k++) found.push(k * step);
  return found;
}

function tickText(value) {
  const rounded = Number(value.toPrecision(6));
  const plain = Math.abs(rounded) < 1e6 && (rounded === 0 || Math.abs(rounded) >= 1e-4);
  if (!plain) return number(rounded, 1);
  return rounded.toLocaleString("en-US", { maximumFractionDigits: 6 }).replace("-", MINUS);
}

// Draw both densities; the one of before is a dashed line, so that it is told without colour.
function drawDensity(drawing, width, now, before, unit, told) {
  drawing.replaceChildren();
  const height = 190, base = 132;
  drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
  drawing.append(shape("title", {}, told));
  const axis = axisOf(now, before);
  if (axis === null) return;
  const at = (value) => placeOn(axis, value, width);
  const curves = [[before, "before"], [now, "now"]].filter(([one]) => one);
  const heights = curves.map(([one]) => densityOn(axis, one.sorted));
  const top = Math.max(...heights.map((own) => Math.max(...own))) || 1;
  curves.forEach(([one, name], row) => {
    const points = [...heights[row]].map((own, k) => {
      const x = ((k + 0.5) / BINS) * width;
      return `${x.toFixed(1)},${(base - (own / top) * (base - 10)).toFixed(1)}`;
    });
    const line = `M0,${base}L${points.join("L")}L${width},${base}`;
    drawing.append(shape("path", { d: line, class: `live-curve ${name}` }));
    const y = base + (name === "now" ? 9 : 19);
    const ends = [one.low, Math.min(one.high, axis.high)].map(at);
    const bar = { x1: ends[0], x2: ends[1], y1: y, y2: y, class: `live-bar ${name}` };
    drawing.append(shape("line", bar));
    if (Number.isFinite(one.middle)) {
      drawing.append(shape("circle", { cx: at(one.middle), cy: y, r: 4.5, class: `live-dot ${name}` }));
    }
  });
  drawing.append(shape("line", { x1: 0, x2: width, y1: base + 28, y2: base + 28, class: "live-axis" }));
  for (const tick of ticksOf(axis, width / 90)) {
    const x = at(tick);
    drawing.append(shape("line", { x1: x, x2: x, y1: base + 28, y2: base + 33, class: "live-axis" }));
    const anchor = x < 16 ? "start" : x > width - 16 ? "end" : "middle";
    drawing.append(shape("text", { x, y: base + 46, "text-anchor": anchor }, tickText(tick)));
  }
  const scale = axis.log ? "logarithmic" : "";
  const label = [unit, scale].filter(Boolean).join(", ");
  drawing.append(shape("text", { x: width, y: height - 1, "text-anchor": "end", class: "soft" }, label));
}

// The middle and the interval, beside those of before and of the settled report.
function answerText(output, now) {
  if (now.odd) return `no number in ${now.odd.toLocaleString("en-US")} draws`;
  if (now.never === 1) return "never";
  return withUnit(number(now.middle), output.unit);
}

function intervalText(output, one) {
  if (one.sorted[0] === one.sorted[one.sorted.length - 1]) return "the same in every draw";
  return `${levelText(output.level)} of draws: ${span(one.low, one.high)}`;
}

// How much the middle has changed, and how often it is lower on the same draws.
function changeText(state, now, before, values, old) {
  if (now.odd || !Number.isFinite(now.middle) || !Number.isFinite(before.middle)) return "";
  let lower = 0, same = 0;
  values.forEach((value, j) => {
    lower += value < old[j];
    same += value === old[j];
  });
  if (same === values.length) return "no draw is another one";
  const ratio = now.middle / before.middle;
  const way = before.middle > 0 && Math.abs(ratio - 1) < 10 ? `${changeBy(ratio)}; ` : "";
  const side = 2 * lower + same >= values.length ? "lower" : "higher";
  const often = side === "lower" ? lower : values.length - lower - same;
  const share = often / values.length;
  const told = share === 1 ? "every one" : share > 0.995 ? "nearly all" : percent(share);
  return `${way}${side} in ${told} of the same draws`;
}

// Rows of what it is made of: bars on one axis, with the end of before as a mark.
function drawParts(list, state, output, cell, before) {
  list.replaceChildren();
  const means = output.parts.map((part) => {
    const place = part.first + part.cells[cell];
    return { title: part.title, now: meanOf(state.row(place)), old: meanOf(state.row(place, before)) };
  });
  const most = Math.max(...means.flatMap((own) => [Math.abs(own.now), Math.abs(own.old)])) || 1;
  if (!Number.isFinite(most)) return;
  for (const own of means) {
    const side = own.now < 0 ? " below" : "";
    const bar = element("span", { class: `live-length${side}`, "aria-hidden": "true" });
    bar.style.setProperty("--now", `${(100 * Math.abs(own.now)) / most}%`);
    bar.style.setProperty("--old", `${(100 * Math.abs(own.old)) / most}%`);
    const value = element("span", { class: "live-value" }, number(own.now));
    list.append(element("li", {}, element("span", {}, own.title), bar, value));
  }
}

// Claims at the labels that are shown: of each a few cells.
function drawClaims(list, state, output, chosen) {
  list.replaceChildren();
  const dims = output.dims.map((dim) => dim.name);
  for (const claim of state.data.claims) {
    const cells = claim.cells.filter((cell) =>
      dims.every((dim) => !(dim in cell.labels) || cell.labels[dim] === chosen[dim])
    );
    for (const cell of cells.slice(0, MOST_CELLS)) list.append(claimRow(state, claim, cell, dims));
    const more = cells.length - MOST_CELLS;
    if (more > 0) list.append(element("li", { class: "note" }, `... at ${more} further labels`));
  }
}

function claimRow(state, claim, cell, dims) {
  const made = judged(state, claim, cell);
  const verdict = made ? made.verdict : "undecided";
  const mark = element("span", { class: "mark", "aria-hidden": "true" }, MARKS[verdict]);
  const told = made ? `probability ${estimated(made.share)}` : "no number in some draws";
  const line = element("span", { class: "live-chance", "aria-hidden": "true" });
  line.style.setProperty("--now", `${100 * (made ? made.share : 0)}%`);
  line.style.setProperty("--asked", `${100 * claim.confidence}%`);
  const settled = `in this report ${VERDICTS[cell.verdict] ?? cell.verdict}, probability ${cell.shown}`;
  const text = element("span", { class: "note" },
    `${told}, ${levelText(claim.confidence)} asked; ${settled}`);
  const further = Object.entries(cell.labels).filter(([dim]) => !dims.includes(dim));
  const where = further.length ? ` (${further.map(([, label]) => label).join(", ")})` : "";
  return element("li", { class: verdict }, mark, element("b", {}, VERDICTS[verdict]),
    ` \u201c${claim.statement}\u201d${where}`, line, text);
}
