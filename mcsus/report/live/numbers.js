// Numbers, units and names as the report writes them (mcsus/result/wording.py): in a live report,
// which stands alone, and on the page that is served. What is never is infinite or null.

const MINUS = "\u2212", TIMES = "\u00d7", SPACE = "\u00a0";
const SUPERSCRIPT = { "-": "\u207b", 0: "\u2070", 1: "\u00b9", 2: "\u00b2", 3: "\u00b3", 4: "\u2074",
  5: "\u2075", 6: "\u2076", 7: "\u2077", 8: "\u2078", 9: "\u2079" };
const NOT_KNOWN = "not known";
const formats = []; // by decimals; to make one takes as long as some hundred numbers

function raised(power) {
  return [...String(power)].map((sign) => SUPERSCRIPT[sign]).join("");
}

/** A number with a few significant digits and a true minus sign. */
export function number(value, digits = 3) {
  if (value === Infinity) return "never";
  if (!Number.isFinite(value)) return NOT_KNOWN;
  if (value === 0) return "0";
  const [mantissa, power] = Math.abs(value).toExponential(digits - 1).split("e");
  const exponent = Number(power);
  let text;
  if (exponent < -4 || exponent >= 6) {
    text = `${mantissa}${SPACE}${TIMES}${SPACE}10${raised(exponent)}`;
  } else {
    const decimals = Math.max(0, digits - 1 - exponent);
    const format = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    formats[decimals] ??= new Intl.NumberFormat("en-US", format);
    text = formats[decimals].format(Math.abs(value));
  }
  return value < 0 ? MINUS + text : text;
}

/** A number of at most 3 digits, whose error is at most two of its last digit. */
export function known(value, error) {
  if (!error || !value || !Number.isFinite(value)) return number(value);
  const place = Math.ceil(Math.log10(error / 2));
  const digits = (own) => Math.floor(Math.log10(Math.abs(own))) - place + 1;
  if (digits(value) < 1) return number(value, 1);
  const rounded = place > 0 ? Math.round(value / 10 ** place) * 10 ** place : value;
  return number(rounded, Math.min(3, digits(rounded)));
}

/** An interval, with one digit more than tells its ends apart. */
export function span(low, high) {
  let digits = 3;
  while (low < high && digits < 12 && number(low, digits) === number(high, digits)) digits++;
  digits += digits > 3;
  const first = number(low, digits), last = number(high, digits);
  return first === last ? number(low) : `${first} to ${last}`;
}

/** A share in percent. */
export function percent(share) {
  if (!Number.isFinite(share)) return NOT_KNOWN;
  if (share > 0 && share < 0.0005) return `less than 0.1${SPACE}%`;
  const digits = Math.abs(share) >= 0.0995 ? 0 : 1;
  const text = (100 * share).toFixed(digits);
  return `${Number(text) === 0 ? "0" : text.replace("-", MINUS)}${SPACE}%`;
}

/** A level in percent, as short as it was written. */
export function levelText(level) {
  return `${Number((100 * level).toPrecision(9))}${SPACE}%`;
}

/** What a number is multiplied by as a change in percent, with its sign. */
export function changeBy(ratio) {
  if (!Number.isFinite(ratio)) return "";
  const by = Math.abs(ratio - 1) < 0.0005 ? 0 : ratio - 1;
  return `${by > 0 ? "+" : ""}${percent(by)}`;
}

/** A probability; only one that was met in every draw is 0 or 1. */
export function probability(value) {
  if (!Number.isFinite(value)) return NOT_KNOWN;
  if (value === 0 || value === 1) return String(value);
  if (value > 0.999) return "above 0.999";
  return value < 0.001 ? "below 0.001" : value.toFixed(3);
}

/** A probability that a preview or a table tells: never 0 or 1, which these cannot tell. */
export function estimated(value) {
  if (value === 0 || value === 1) return value ? "above 0.999" : "below 0.001";
  return probability(value);
}

/** A unit as it is printed; empty for a plain number. */
export function unit(text) {
  if (!text || text === "1") return "";
  const powers = text.replace(/\*\*\(?(-?\d+)\)?/g, (_, power) => raised(power));
  return powers.replaceAll("CO2e", "CO\u2082e").replaceAll("*", " ");
}

/** A name or a label as a word: no underscores. */
export function plain(label) {
  return String(label).replaceAll("_", " ");
}

const SYMBOL = /^(?!a )(?:\p{L}|\p{L}+\d[\p{L}\d.]*|[a-z]+[A-Z][\p{L}\d]*)(?![\p{L}\d_-])/u;

/** The same with a capital letter, unless it begins with a symbol, such as x3 or kWh. */
export function capital(label) {
  const text = plain(label);
  if (SYMBOL.test(text)) return text;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function withUnit(text, unit) {
  return unit ? `${text}${SPACE}${unit}` : text;
}

export function factorText(factor) {
  return `${TIMES}${SPACE}${factor.toFixed(factor < 0.1 ? 3 : 2)}`;
}
