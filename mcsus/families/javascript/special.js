// Special functions of the laws, each from the smaller tail so that no digit is lost far out.
// COEFFICIENTS are those of the compiled loops, written before this text.

const LOG_ROOT_TWO_PI = 0.9189385332046728;
const CLOSE = 4e-16;
const MOST_STEPS = 80;

function polynomial(x, terms) {
  let total = terms[terms.length - 1];
  for (let k = terms.length - 2; k >= 0; k--) total = total * x + terms[k];
  return total;
}

// Normal score of a lower tail p and an upper tail q = 1 - p.
function normalScore(p, q) {
  const t = p < q ? p : q;
  let z;
  if (t > COEFFICIENTS.split) {
    const y = 0.5 - t;
    const square = y * y;
    z = (y * polynomial(square, COEFFICIENTS.central_top)) /
      polynomial(square, COEFFICIENTS.central_bottom);
  } else {
    const r = Math.sqrt(-2 * Math.log(t));
    z = polynomial(r, COEFFICIENTS.tail_top) / polynomial(r, COEFFICIENTS.tail_bottom);
  }
  return p <= q ? -z : z;
}

// Lower and upper tail of the standard normal law.
function normalTails(z) {
  const size = Math.abs(z);
  const far = size > 38 ? 0 : Math.exp(-0.5 * size * size) *
    (polynomial(size, COEFFICIENTS.bell_top) / polynomial(size, COEFFICIENTS.bell_bottom));
  return z < 0 ? [far, 1 - far] : [1 - far, far];
}

// -log(q), where q = 1 - p, with all digits also where q is close to 1.
function minusLogUpper(p, q) {
  return p < 0.5 ? -Math.log1p(-p) : -Math.log(q);
}

// log(high / low), also where they are close.
function logRatio(low, high) {
  return high < 2 * low ? Math.log1p((high - low) / low) : Math.log(high / low);
}

// What Stirling's formula leaves out of log gamma, for x of 10 or more.
function stirlingRest(x) {
  const s = 1 / (x * x);
  const terms = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];
  return polynomial(s, terms) / x;
}

function logGamma(x) {
  let product = 1;
  while (x < 10) {
    product *= x;
    x += 1;
  }
  return (x - 0.5) * Math.log(x) - x + LOG_ROOT_TWO_PI + stirlingRest(x) - Math.log(product);
}

// log(y^a exp(-y) / gamma(a)).
function gammaHead(a, y) {
  if (a < 10) return a * Math.log(y) - y - logGamma(a);
  const e = (y - a) / a;
  return a * (Math.log1p(e) - e) + 0.5 * Math.log(a) - LOG_ROOT_TWO_PI - stirlingRest(a);
}

// Both tails of the gamma law of scale 1 at y (NIST DLMF 8.7.1 and 8.9.2).
function gammaTails(a, y) {
  if (!(y > 0)) return [0, 1];
  if (y === Infinity) return [1, 0];
  const head = Math.exp(gammaHead(a, y));
  if (y < a + 1) {
    let term = 1 / a, sum = term;
    for (let k = 1; k < 10000 && term > sum * 1e-17; k++) {
      term *= y / (a + k);
      sum += term;
    }
    return [head * sum, 1 - head * sum];
  }
  let b = y + 1 - a, c = 1e300, d = 1 / b, h = d;
  for (let k = 1; k < 10000; k++) {
    const an = -k * (k - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    h *= d * c;
    if (Math.abs(d * c - 1) < CLOSE) break;
  }
  return [1 - head * h, head * h];
}

function logBeta(a, b) {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

// The continued fraction of the incomplete beta function (NIST DLMF 8.17.22), by Lentz's method.
function betaFraction(a, b, y) {
  let c = 1, d = 1 / (1 - ((a + b) * y) / (a + 1)), h = d;
  for (let m = 1; m < 10000; m++) {
    const even = (m * (b - m) * y) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * y) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    h *= d * c;
    if (Math.abs(d * c - 1) < CLOSE) break;
  }
  return h;
}

// Both tails of the beta law at y, of which rest = 1 - y; `whole` is logBeta(a, b).
function betaTails(a, b, y, rest, whole) {
  if (!(y > 0)) return [0, 1];
  if (!(rest > 0)) return [1, 0];
  const head = Math.exp(a * Math.log(y) + b * Math.log(rest) - whole);
  if (y < (a + 1) / (a + b + 2)) {
    const below = (head * betaFraction(a, b, y)) / a;
    return [below, 1 - below];
  }
  const above = (head * betaFraction(b, a, rest)) / b;
  return [1 - above, above];
}

// The log of the place where the tails are p and q. `at(l)` gives both tails and the place times
// the density at exp(l). Newton's method on the log of the smaller tail, kept between bounds.
function solved(at, p, q, start, most) {
  let low = -Infinity, high = most, l = Math.min(start, most);
  const lower = p < q;
  const goal = Math.log(lower ? p : q);
  for (let k = 0; k < MOST_STEPS; k++) {
    const [below, above, mass] = at(l);
    const tail = lower ? below : above;
    const off = Math.log(tail) - goal;
    if (lower ? off > 0 : off < 0) high = l; else low = l;
    let step = (lower ? -off : off) * (tail / mass);
    if (!(Math.abs(step) < 4)) step = (lower ? off < 0 : off > 0) ? 4 : -4;
    let next = l + step;
    if (next <= low) next = (l + low) / 2;
    if (next >= high) next = (l + high) / 2;
    if (Math.abs(next - l) <= CLOSE * Math.max(1, Math.abs(l))) return next;
    l = next;
  }
  return l;
}

// Quantile of the gamma law of scale 1.
function gammaQuantile(a, p, q) {
  const power = (Math.log(p) + logGamma(a + 1)) / a;
  const cube = 1 - 1 / (9 * a) + normalScore(p, q) / (3 * Math.sqrt(a));
  const start = cube > 0.3 ? Math.log(a) + 3 * Math.log(cube) : power;
  return Math.exp(
    solved((l) => {
      const y = Math.exp(l);
      const [below, above] = gammaTails(a, y);
      return [below, above, Math.exp(gammaHead(a, y))];
    }, p, q, start, Infinity)
  );
}

// Returns the function of both tails that gives the quantile of a beta law, measured from the
// nearer end: [place, true] from 0, or [distance, false] from 1.
function betaQuantile(a, b) {
  const whole = logBeta(a, b);
  const [half] = betaTails(a, b, 0.5, 0.5, whole);
  const most = Math.log(0.5);

  function near(one, other, p, q) {
    const start = (Math.log(p * one) + whole) / one;
    return Math.exp(
      solved((l) => {
        const y = Math.exp(l);
        const [below, above] = betaTails(one, other, y, 1 - y, whole);
        return [below, above, Math.exp(one * l + (other - 1) * Math.log1p(-y) - whole)];
      }, p, q, start, most + 1e-9)
    );
  }

  return (p, q) => (p <= half ? [near(a, b, p, q), true] : [near(b, a, q, p), false]);
}
