// One input with its controls: where its law lies, how wide it is, and whether it is known.

const WIDEST = 3, NARROWEST = 0.1;
const STEP = 0.01; // of a slider: an arrow key is 1 %

class Control {
  constructor(state, input, changed) {
    this.state = state;
    this.input = input;
    this.change = { ...NO_CHANGE };
    this.announce = changed;
    this.cell = input.cells[0];
    this.asWritten = this.told(NO_CHANGE);
    this.build();
    this.show();
  }

  // Middle and 90 % range of the first cell after a change, in the unit of the input.
  told(change) {
    const { input, cell, state } = this;
    const own = cellLaw(input, cell, change);
    if (own === null) return null;
    const scale = cell.factor / input.factor;
    if (own) {
      const at = (p) => own.value(p, 1 - p) * scale;
      if (cell.law.family === "bernoulli") {
        const { probability } = changedCell(input, cell, change);
        return { low: probability, middle: probability, high: probability, share: true };
      }
      return { low: at(0.05), middle: at(MIDDLE), high: at(0.95), least: at(0.005), most: at(0.995) };
    }
    const sorted = state.sorted(cell);
    const move = isChanged(change)
      ? movedValue(cellChange(input, cell, change), quantileOf(sorted, MIDDLE)) : (x) => x;
    const at = (p) => move(quantileOf(sorted, p)) * scale;
    return { low: at(0.05), middle: at(MIDDLE), high: at(0.95), least: at(0.005), most: at(0.995) };
  }

  get single() {
    return this.cell.law ? Boolean(LAWS[this.cell.law.family].single) : false;
  }

  // Ends of the slider of the middle: those of the law as it is written, and twice and half of it.
  get reach() {
    const { middle, least, most } = this.asWritten;
    if (this.input.moves === "times") {
      const low = middle > 0 && least > 0 ? least / middle : 1;
      const high = middle > 0 && most > 0 ? most / middle : 1;
      return [Math.log(Math.max(Math.min(low, 0.5), 1e-3)), Math.log(Math.min(Math.max(high, 2), 1e3))];
    }
    return [-1.5, 1.5];
  }

  // What one on the slider of the middle moves it by, where it is moved by an addition.
  get unit() {
    const { middle, least, most } = this.asWritten;
    return Math.max(most - middle, middle - least) || Math.abs(middle) || 1;
  }

  build() {
    const { input } = this;
    const [low, high] = this.reach;
    this.middle = this.slider("Middle", low, high, (value) => {
      if (input.moves === "times") this.change.times = Math.exp(value);
      else this.change.plus = value * this.unit;
    });
    this.spread = this.slider("Spread", Math.log(NARROWEST), Math.log(WIDEST), (value) => {
      this.change.spread = Math.exp(value);
    });
    this.spread.row.hidden = this.single;
    if (input.cells.length === 1) this.middle.output.replaceWith(this.typed());
    this.known = element("input", { type: "checkbox" });
    this.known.addEventListener("change", () => this.take({ known: this.known.checked }));
    this.reset = element("button", { type: "button", hidden: true }, "change back");
    this.reset.addEventListener("click", () => this.restore());
    this.law = element("p", { class: "live-law" });
    this.strip = shape("svg", { class: "live-strip", "aria-hidden": "true", viewBox: "0 0 100 12",
      preserveAspectRatio: "none" });
    this.fault = element("p", { class: "live-fault", role: "alert", hidden: true });
    const notes = input.note ? [element("p", { class: "note" }, input.note)] : [];
    const share = input.share === null ? ""
      : element("span", { class: "live-share" }, `total order ${input.share < 0.01 ? "below 0.01" : input.share.toFixed(2)}`);
    this.node = element("fieldset", { class: "live-input" },
      element("legend", {}, input.title), share, this.law, this.strip,
      this.middle.row, this.spread.row,
      element("p", { class: "live-foot" },
        element("label", {}, this.known, this.constant ? "" : " hold, as if known"),
        this.reset),
      this.fault, ...notes);
    if (this.constant) this.known.parentElement.hidden = true;
  }

  get constant() {
    return this.input.cells.every((cell) => cell.array === "c");
  }

  slider(name, low, high, set) {
    const ends = [Math.floor(low / STEP), Math.ceil(high / STEP)].map((end) => (end * STEP).toFixed(2));
    const range = element("input", { type: "range", min: ends[0], max: ends[1],
      step: String(STEP), "aria-label": `${name} of ${this.input.title}` });
    const output = element("output", {});
    range.addEventListener("input", () => {
      const value = Math.abs(range.valueAsNumber) < STEP / 2 ? 0 : range.valueAsNumber;
      const old = { ...this.change };
      set(value);
      this.take(this.change, old);
    });
    range.addEventListener("keydown", (event) => {
      const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (!way || !event.shiftKey) return;
      event.preventDefault();
      range.value = String(range.valueAsNumber + way * 10 * STEP);
      range.dispatchEvent(new Event("input"));
    });
    return { range, output, row: element("label", { class: "live-slider" },
      element("span", {}, name), range, output) };
  }

  // A field for the middle as a number, in the unit of the input.
  typed() {
    this.field = element("input", { type: "number", step: "any", "aria-label":
      withUnit(`Middle of ${this.input.title}`, this.input.unit) });
    this.field.addEventListener("change", () => {
      const wanted = this.field.valueAsNumber;
      if (Number.isFinite(wanted)) this.take(this.changeTo(wanted));
      else this.show();
    });
    return this.field;
  }

  // The change whose middle is a number: near it a middle moves about as its law is moved.
  changeTo(wanted) {
    const change = { ...this.change };
    for (let k = 0; k < 40; k++) {
      const told = this.told(change);
      if (told === null || told.middle === wanted) break;
      if (this.input.moves === "plus") change.plus += wanted - told.middle;
      else if (told.middle * wanted > 0) change.times *= wanted / told.middle;
      else change.times = wanted === 0 ? 0 : NaN; // no law is moved to the other side of 0
    }
    return change;
  }

  // Take a change, unless there is no such law: then the last good state stays, and it is said.
  take(change, old = { ...this.change }) {
    const wanted = { ...this.change, ...change };
    const numbers = Number.isFinite(wanted.times + wanted.plus) && wanted.spread > 0;
    const good = numbers && this.state.fill(this.input, wanted);
    this.change = good ? wanted : old;
    this.fault.hidden = good;
    this.fault.textContent = good ? "" : "There is no such law within its limits; the last one stays.";
    this.show();
    if (good) this.announce(this);
  }

  restore() {
    this.change = { ...NO_CHANGE };
    this.take({});
  }

  show() {
    const { change, input } = this;
    const told = this.told(change);
    const times = input.moves === "times";
    this.middle.range.value = String(times ? Math.log(change.times) : change.plus / this.unit);
    this.spread.range.value = String(Math.log(change.spread));
    this.spread.range.disabled = change.known;
    const plus = withUnit(`${change.plus < 0 ? MINUS : "+"} ${number(Math.abs(change.plus))}`, input.unit);
    this.middle.output.textContent = times ? factorText(change.times) : plus;
    if (this.field) this.field.value = String(Number(told.middle.toPrecision(4)));
    this.spread.output.textContent = factorText(change.spread);
    this.middle.range.setAttribute("aria-valuetext", this.lawText(told));
    this.spread.range.setAttribute("aria-valuetext", factorText(change.spread));
    this.known.checked = change.known;
    this.reset.hidden = !isChanged(change);
    this.node.classList.toggle("changed", isChanged(change));
    this.law.textContent = this.lawText(told);
    this.drawStrip(told);
  }

  lawText(told) {
    const { input, change } = this;
    const where = input.cells.length > 1
      ? ` at ${this.cell.title}, moved alike at all ${input.cells.length} labels` : "";
    if (told.share) return `happens with probability ${number(told.middle)}${where}`;
    const middle = withUnit(number(told.middle), input.unit);
    if (change.known) return `${middle}, held${where}`;
    if (told.low === told.high) return `${middle}${where}`;
    return `${middle} (90 % from ${span(told.low, told.high)})${where}`;
  }

  // The 90 % range and the middle, above those of the law as it is written.
  drawStrip(told) {
    const old = this.asWritten;
    const values = [told.low, told.high, old.low, old.high, old.least, old.most];
    const found = values.filter(Number.isFinite);
    const low = Math.min(...found), high = Math.max(...found);
    const log = low > 0 && high / low > 20;
    const axis = { log, low, high: high > low ? high : low + 1 };
    const at = (value) => Math.min(Math.max(placeOn(axis, value, 96) + 2, 0), 100);
    const lines = [[old, 9, "before"], [told, 4, "now"]].flatMap(([one, y, name]) => [
      shape("line", { x1: at(one.low), x2: at(one.high), y1: y, y2: y, class: `live-bar ${name}` }),
      shape("line", { x1: at(one.middle), x2: at(one.middle), y1: y - 3, y2: y + 3,
        class: `live-tick ${name}` }),
    ]);
    this.strip.replaceChildren(...lines);
  }

  // What the change is, in a few words.
  get words() {
    const { change, input } = this;
    const parts = [];
    if (change.times !== 1) parts.push(`middle ${factorText(change.times)}`);
    if (change.plus) parts.push(`middle ${this.middle.output.textContent}`);
    if (change.spread !== 1 && !change.known) parts.push(`spread ${factorText(change.spread)}`);
    if (change.known) parts.push("held at its middle");
    return `${input.title}: ${parts.join(", ")}`;
  }

  // The change as a line of a study file, or a remark where it has none.
  get line() {
    const { input, change } = this;
    const law = this.cell.law && changedCell(input, this.cell, change);
    if (!law || law.moved || input.cells.length > 1) return `# ${this.words}`;
    const { family, low, high, ...own } = change.known
      ? { family: "constant", value: this.told(change).middle * (input.factor / this.cell.factor) }
      : law;
    const keys = Object.entries(own).filter(([, value]) => value != null);
    const text = (value) => Array.isArray(value) ? `[${value.map(text).join(", ")}]`
      : String(Number(value.toPrecision(12)));
    const ends = [["low", low], ["high", high]].filter(([, end]) => end != null);
    const cut = ends.map(([key, end]) => `${key} = ${text(end)}`).join(", ");
    return [`${input.name} = { distribution = "${family}"`,
      ...keys.map(([key, value]) => `${key} = ${text(value)}`),
      ...(cut ? [`truncate = { ${cut} }`] : []),
      `unit = "${this.cell.unit}"`, 'source = "assumed"',
      'rationale = "tried in the live report" }'].join(", ");
  }
}
