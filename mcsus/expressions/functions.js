// Functions of the language that JavaScript lacks; `javascript` of a row of language.py names them.

function mean_decay(x) {
  return x === 0 ? 1 : -Math.expm1(-x) / x;
}

function mod(a, b) {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

function payback(cost, rate) {
  if (rate < 0) return Infinity;
  if (cost <= 0) return 0;
  return rate <= 0 ? Infinity : cost / rate;
}

function ratio(a, b) {
  if (a !== a || b !== b) return NaN;
  return b > 0 ? a / b : a > 0 ? Infinity : 0;
}
