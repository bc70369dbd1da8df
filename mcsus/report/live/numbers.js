// Numbers as the report writes them (mcsus/report/wording.py).

const MINUS = "\u2212", TIMES = "\u00d7", SPACE = "\u00a0";
const SUPERSCRIPT = { "-": "\u207b", 0: "\u2070", 1: "\u00b9", 2: "\u00b2", 3: "\u00b3", 4: "\u2074",
  5: "\u2075", 6: "\u2076", 7: "\u2077", 8: "\u2078", 9: "\u2079" };

function number(value, digits = 3) {
  if (value === Infinity) return "never";
  if (!Number.isFinite(value)) return "not known";
  if (value === 0) return "0";
  const [mantissa, power] = Math.abs(value).toExponential(digits - 1).split("e");
  const exponent = Number(power);
  let text;
  if (exponent < -4 || exponent >= 6) {
    const raised = [...String(exponent)].map((sign) => SUPERSCRIPT[sign]).join("");
    text = `${mantissa}${SPACE}${TIMES}${SPACE}10${raised}`;
  } else {
    const decimals = Math.max(0, digits - 1 - exponent);
    const format = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    text = Math.abs(value).toLocaleString("en-US", format);
  }
  return value < 0 ? MINUS + text : text;
}

// An interval, with as many digits as tell its ends apart.
function span(low, high) {
  let digits = 3;
  while (low < high && digits < 12 && number(low, digits) === number(high, digits)) digits++;
  const first = number(low, digits), last = number(high, digits);
  return first === last ? first : `${first} to ${last}`;
}

function percent(share) {
  if (share > 0 && share < 0.0005) return `less than 0.1${SPACE}%`;
  const digits = Math.abs(share) >= 0.0995 ? 0 : 1;
  const text = (100 * share).toFixed(digits);
  return `${Number(text) === 0 ? "0" : text.replace("-", MINUS)}${SPACE}%`;
}

function probability(value) {
  if (value === 0 || value === 1) return String(value);
  if (value > 0.999) return "above 0.999";
  return value < 0.001 ? "below 0.001" : value.toFixed(3);
}

function withUnit(text, unit) {
  return unit ? `${text}${SPACE}${unit}` : text;
}

function factorText(factor) {
  return `${TIMES}${SPACE}${factor.toFixed(factor < 0.1 ? 3 : 2)}`;
}
