// Numbers, units and names as the report prints them.

const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const MINUS = "−";

function raised(exponent) {
  return [...String(exponent)].map((sign) => SUPERSCRIPTS[sign]).join("");
}

function timesPower(text) {
  const [mantissa, exponent] = text.split("e");
  return `${mantissa} × 10${raised(Number(exponent))}`;
}

/** A number with a few significant digits and a true minus sign. */
export function number(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "not known";
  if (value === 0) return "0";
  const exponent = Number(value.toExponential(digits - 1).split("e")[1]);
  const text =
    exponent < -4 || exponent >= 6
      ? timesPower(value.toExponential(digits - 1))
      : value.toLocaleString("en", fixedAt(Math.max(0, digits - 1 - exponent)));
  return text.replace("-", MINUS);
}

function fixedAt(decimals) {
  return { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
}

/** A number of at most 3 digits, and of no more than its error allows. */
export function known(value, error, most = 3) {
  if (!Number.isFinite(value)) return "not known";
  if (!error || value === 0) return number(value, most);
  const sure = Math.floor(Math.log10(Math.abs(value))) - Math.floor(Math.log10(2 * error));
  return number(value, Math.min(most, Math.max(1, sure + 1)));
}

/** A probability: never 0 or 1 where draws could not tell it from them. */
export function probability(value) {
  if (value === null || value === undefined) return "not known";
  if (value > 0.999) return "above 0.999";
  if (value < 0.001) return "below 0.001";
  return value.toFixed(3);
}

/** A share of 1 in percent. */
export function percent(value, digits = 2) {
  return value === null || value === undefined ? "not known" : `${number(100 * value, digits)} %`;
}

/** A change in percent, with its sign. */
export function changeBy(ratio) {
  if (!Number.isFinite(ratio)) return "";
  const by = 100 * (ratio - 1);
  return `${by > 0 ? "+" : ""}${Math.abs(by) < 0.05 ? "0" : number(by, 2)} %`;
}

/** A unit as it is written by hand: CO₂e, m³. */
export function unit(text) {
  if (!text || text === "1") return "";
  return text.replace(/CO2/g, "CO₂").replace(/\*\*\(?(-?\d+)\)?/g, (_, power) => raised(power));
}

/** A name or a label as a word: no underscores. */
export function plain(label) {
  return typeof label === "number" ? String(label) : String(label).replaceAll("_", " ");
}

/** The same with a capital letter. */
export function capital(label) {
  const text = plain(label);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
