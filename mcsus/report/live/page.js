// The page: inputs beside the answer; a change is worked out before the next picture is painted.

const OPEN = 8; // inputs that are not folded
const PAUSE = 250; // milliseconds without a change after which effects are told
const LINK = "#live?"; // before the changes in an address
const KEYS = ["times", "plus", "spread", "known"];
const CLOSE_ENOUGH = 1e-3; // of the spread, between this engine and the kernel

class Page {
  constructor(root, data) {
    this.root = root;
    this.state = new Draws(data);
    this.before = Float64Array.from(this.state.out);
    this.data = data;
    this.width = 400; // of the density, until it is laid out
    this.known = new Map(); // what was said of a cell before
    this.chosen = {};
    this.output = data.outputs[0];
    this.waiting = false;
    const open = data.inputs.filter((input) => input.canChange);
    this.controls = open.map((input) => new Control(this.state, input, () => this.changed()));
    this.build();
    this.refresh();
    this.restoreLink();
    new ResizeObserver(([one]) => {
      this.width = Math.max(one.contentRect.width, 240);
      this.refresh();
    }).observe(this.drawing);
  }

  build() {
    this.picks = element("div", { class: "live-picks" });
    this.middle = element("p", { class: "live-middle" });
    this.interval = element("p", { class: "live-interval" });
    this.old = element("p", { class: "note live-old" });
    this.drawing = shape("svg", { class: "live-density", role: "img" });
    this.quality = element("p", { class: "note" });
    this.parts = element("ul", { class: "live-parts" });
    this.claims = element("ul", { class: "verdicts live-claims" });
    this.changes = element("ul", { class: "live-changes" });
    this.lines = element("pre", {});
    this.status = element("p", { class: "live-said", role: "status" });
    const undo = element("button", { type: "button" }, "change all back");
    undo.addEventListener("click", () => this.controls.forEach((one) =>
      isChanged(one.change) && one.restore()));
    this.made = element("section", { class: "live-made", "aria-label": "Changes", hidden: true },
      element("h3", {}, "Changes"), this.changes, undo,
      element("details", {}, element("summary", {}, "As lines of the study file, under [parameters]"),
        this.lines));
    const how = "Means, hollow below 0; the line in a row marks where it was before.";
    this.partsBox = element("div", {}, element("h3", {}, "What it is made of"), this.parts,
      element("p", { class: "note" }, how));
    this.claimsBox = element("div", {}, element("h3", {}, "Claims"), this.claims);
    this.top = element("div", { class: "live-top" },
      element("p", { class: "live-what" }), this.middle, this.interval, this.old);
    const answer = element("div", { class: "live-answer" }, this.picks, this.top, this.drawing,
      this.quality, this.partsBox, this.claimsBox, this.made, this.status);
    this.root.replaceChildren(this.inputs(), answer);
    this.pickers();
  }

  inputs() {
    const shown = this.controls.slice(0, OPEN).map((one) => one.node);
    const rest = this.controls.slice(OPEN);
    const made = element("div", { class: "live-inputs" }, ...shown);
    const closed = this.data.inputs.length - this.controls.length;
    if (closed) {
      made.append(element("p", { class: "note" }, `${closed} further inputs cannot be changed here: ` +
        "their laws take other quantities, or they stay together."));
    }
    if (!rest.length) return made;
    const find = element("input", { type: "search", placeholder: "find an input",
      "aria-label": "Find an input" });
    find.addEventListener("input", () => rest.forEach((one) => {
      one.node.hidden = !one.input.title.toLowerCase().includes(find.value.trim().toLowerCase());
    }));
    made.append(element("details", { class: "live-rest" },
      element("summary", {}, `${rest.length} more inputs`), find, ...rest.map((one) => one.node)));
    return made;
  }

  // The output that is shown, and its labels.
  pickers() {
    const { outputs } = this.data;
    const choose = (name, titles, chosen, set) => {
      const made = element("select", {}, ...titles.map((title) => element("option", {}, title)));
      made.value = chosen;
      made.addEventListener("change", () => set(made.selectedIndex, made.value));
      return element("label", {}, element("span", {}, name), made);
    };
    const made = [];
    if (outputs.length > 1) {
      const titles = outputs.map((one) => one.title);
      made.push(choose("Output", titles, this.output.title, (k) => {
        this.output = outputs[k];
        this.pickers();
        this.refresh();
        this.picks.querySelector("select").focus();
      }));
    }
    for (const dim of this.output.dims) {
      if (!dim.labels.includes(this.chosen[dim.name])) this.chosen[dim.name] = dim.first;
      made.push(choose(dim.title, dim.labels, this.chosen[dim.name], (_, label) => {
        this.chosen[dim.name] = label;
        this.refresh();
      }));
    }
    this.picks.replaceChildren(...made);
  }

  get cell() {
    let place = 0;
    for (const dim of this.output.dims) {
      place = place * dim.labels.length + dim.labels.indexOf(this.chosen[dim.name]);
    }
    return place;
  }

  changed() {
    this.later();
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.rested(), PAUSE);
  }

  // Work out the newest state once before the next picture, however many events there were.
  later() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.state.evaluate();
      this.refresh();
    });
  }

  get active() {
    return this.controls.filter((one) => isChanged(one.change));
  }

  refresh() {
    const { state, output, cell, data } = this;
    const values = state.row(output.first + cell), old = state.row(output.first + cell, this.before);
    const now = summaryOf(state, output, values), before = this.summaryBefore(output, cell, old);
    const moved = this.active.length > 0;
    this.top.firstChild.textContent = `${output.title}, ${now.known ? "mean" : "median"}`;
    this.middle.textContent = answerText(output, now);
    this.interval.textContent = now.odd ? "" : intervalText(output, now);
    if (now.never && now.never < 1) this.interval.textContent += `; never in ${percent(now.never)}`;
    this.old.textContent = moved
      ? `Before: ${answerText(output, before)} (${span(before.low, before.high)}). ${this.told(values, old, now, before)}`
      : "Nothing is changed yet.";
    const label = moved ? "solid: now; dashed: before" : "density of the draws";
    drawDensity(this.drawing, this.width, now.odd ? null : now, moved ? before : null, output.unit, label);
    const settled = output.settled[cell];
    const count = `${state.replicates} ${TIMES} ${state.draws.toLocaleString("en-US")} draws`;
    const error = now.error > 0 && Number.isFinite(now.error) && !now.odd
      ? `, so that it is known to \u00b1${SPACE}${number(now.error, 2)}` : "";
    this.quality.textContent = `A preview of ${count}${error}. Unchanged and settled, this report ` +
      `says ${withUnit(settled.middle, output.unit)} (${settled.interval}).`;
    this.partsBox.hidden = !output.parts.length || now.odd > 0;
    if (!this.partsBox.hidden) drawParts(this.parts, state, output, cell, this.before);
    this.claimsBox.hidden = !data.claims.length;
    drawClaims(this.claims, state, output, this.chosen);
    this.said = `${this.middle.textContent}, ${this.interval.textContent}`;
  }

  summaryBefore(output, cell, values) {
    const place = output.first + cell;
    if (!this.known.has(place)) this.known.set(place, summaryOf(this.state, output, values));
    return this.known.get(place);
  }

  told(values, old, now, before) {
    const text = changeText(this.state, now, before, values, old);
    return text && `${text[0].toUpperCase()}${text.slice(1)}.`;
  }

  // After a pause: say the answer, and tell the effect of each change by itself.
  rested() {
    const changes = this.active;
    this.status.textContent = changes.length ? this.said : "";
    this.made.hidden = !changes.length;
    this.writeLink(changes);
    const effects = this.effects(changes);
    this.changes.replaceChildren(...changes.map((one, k) => {
      const back = element("button", { type: "button", "aria-label": `Change back ${one.input.title}` },
        "back");
      back.addEventListener("click", () => one.restore());
      return element("li", {}, one.words, effects[k] ? ` (alone ${effects[k]})` : "", " ", back);
    }));
    this.lines.textContent = changes.map((one) => one.line).join("\n");
  }

  // The changes stand in the address, so that a link or a bookmark brings them back.
  writeLink(changes) {
    const told = new URLSearchParams(changes.map((one) =>
      [one.input.name, KEYS.map((key) => Number(one.change[key])).join(" ")]));
    history.replaceState(null, "", changes.length ? `${LINK}${told}` : "#live");
  }

  restoreLink() {
    if (!location.hash.startsWith(LINK)) return;
    for (const [name, text] of new URLSearchParams(location.hash.slice(LINK.length))) {
      const one = this.controls.find((own) => own.input.name === name);
      const values = text.split(" ").map(Number);
      if (!one || values.length !== KEYS.length || !values.every(Number.isFinite)) continue;
      const [times, plus, spread, known] = values;
      one.take({ times, plus, spread, known: known === 1 });
    }
    this.root.scrollIntoView();
  }

  effects(changes) {
    const { state, output } = this;
    if (changes.length < 2) return [];
    const row = output.first + this.cell;
    const start = summaryOf(state, output, state.row(row, this.before)).middle;
    const kept = changes.map((one) => one.change);
    changes.forEach((one) => state.fill(one.input, NO_CHANGE));
    const found = changes.map((one, k) => {
      state.fill(one.input, kept[k]);
      state.evaluate();
      const own = summaryOf(state, output, state.row(row)).middle - start;
      state.fill(one.input, NO_CHANGE);
      const sign = own < 0 ? "" : "+";
      return Number.isFinite(own) ? withUnit(sign + number(own), output.unit) : "";
    });
    changes.forEach((one, k) => state.fill(one.input, kept[k]));
    state.evaluate();
    return found;
  }
}

function openPage() {
  const root = document.getElementById("live-page");
  const data = JSON.parse(document.getElementById("live-data").textContent);
  try {
    const page = new Page(root, data);
    const off = distanceFromKernel(page.state);
    if (!(off < CLOSE_ENOUGH)) throw new Error("other numbers than those of the study");
    return page;
  } catch (error) {
    root.replaceChildren(element("p", { class: "live-fault" },
      `This browser cannot work the model out (${error.message}). ` +
      "All other numbers of the report are as they were settled."));
    return null;
  }
}

const livePage = openPage();
