// Laws by family: quantiles, as the compiled loops have them, and the law that a change makes.
//
// A law is what `told` of this package writes: family, parameters by their names in a study file,
// and `low` and `high` where it is truncated. `whole(own)` returns the whole law: its ends,
// `quantile(p, q)` from both tails and `tails(x)`. `changed(own, by)` returns the law whose middle
// m is at by.move(m) and whose spread is by.spread times as wide, or null where there is none.

const LARGEST_SHAPE = 1e4; // beyond it the tails lose digits

function inside(x, low, high) {
  return x < low ? low : x > high ? high : x;
}

function logOf(own) {
  return Math.log(own.gsd);
}

function positive(own, key, value, further) {
  return value > 0 && value < Infinity ? { ...own, ...further, [key]: value } : null;
}

// Bounds, and what lies between them, moved and widened; within the values that can be.
function cornered(own, by, centre, keys) {
  const moved = { ...own };
  for (const key of keys) {
    const value = by.move(centre) + by.scale * by.spread * (own[key] - centre);
    moved[key] = inside(value, by.least, by.most);
  }
  return moved.minimum < moved.maximum ? moved : null;
}

function listed(own, by) {
  const sorted = [...own.values].sort((a, b) => a - b);
  const centre = sorted[Math.floor((sorted.length - 1) / 2)];
  const values = own.values.map((value) =>
    inside(by.move(centre) + by.scale * by.spread * (value - centre), by.least, by.most)
  );
  return { ...own, values };
}

function steps(own) {
  const order = own.values.map((_, k) => k).sort((i, j) => own.values[i] - own.values[j]);
  const values = order.map((k) => own.values[k]);
  const weights = order.map((k) => (own.weights ? own.weights[k] : 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  const ends = weights.map((weight) => (sum += weight) / total);
  ends[ends.length - 1] = 1;
  return {
    low: values[0],
    high: values[values.length - 1],
    quantile(p) {
      let first = 0, last = ends.length - 1;
      while (first < last) {
        const middle = (first + last) >> 1;
        if (ends[middle] < p) first = middle + 1; else last = middle;
      }
      return values[first];
    },
  };
}

function stretchedBeta(a, b, low, high) {
  if (!(a > 0 && b > 0 && Math.max(a, b) <= LARGEST_SHAPE)) return null;
  const quantile = betaQuantile(a, b);
  const whole = logBeta(a, b);
  const width = high - low;
  return {
    low,
    high,
    quantile(p, q) {
      const [distance, below] = quantile(p, q);
      return below ? low + width * distance : high - width * distance;
    },
    tails: (x) => betaTails(a, b, (x - low) / width, (high - x) / width, whole),
  };
}

const LAWS = {
  constant: {
    single: true,
    whole: (own) => ({ low: own.value, high: own.value, quantile: () => own.value }),
    changed(own, by) {
      const value = by.move(own.value);
      return value >= by.least && value <= by.most ? { ...own, value } : null;
    },
  },

  uniform: {
    narrows: true,
    whole(own) {
      const low = Math.max(own.minimum, own.low ?? -Infinity);
      const high = Math.min(own.maximum, own.high ?? Infinity);
      if (!(low < high)) return null;
      const width = high - low;
      return { low, high, quantile: (p, q) => (p < q ? low + width * p : high - width * q) };
    },
    changed: (own, by) =>
      cornered(own, by, own.minimum + (own.maximum - own.minimum) / 2, ["minimum", "maximum"]),
  },

  loguniform: {
    narrows: true,
    whole(own) {
      const low = Math.max(own.minimum, own.low ?? 0);
      const high = Math.min(own.maximum, own.high ?? Infinity);
      if (!(low < high)) return null;
      const width = logRatio(low, high);
      const quantile = (p, q) =>
        p < q ? low * Math.exp(width * p) : high * Math.exp(-width * q);
      return { low, high, quantile };
    },
    changed(own, by) {
      const half = (logRatio(own.minimum, own.maximum) / 2) * by.spread;
      const centre = by.move(Math.sqrt(own.minimum) * Math.sqrt(own.maximum));
      if (!(centre > 0 && half > 0)) return null;
      return { ...own, minimum: centre * Math.exp(-half), maximum: centre * Math.exp(half) };
    },
  },

  triangular: {
    whole(own) {
      const { minimum, mode, maximum } = own;
      const width = maximum - minimum;
      if (!(width > 0)) return null;
      const rise = (mode - minimum) / width, fall = (maximum - mode) / width;
      return {
        low: minimum,
        high: maximum,
        quantile(p, q) {
          const rising = p < rise;
          const part = (rising ? p : q) / (rising ? rise : fall);
          const root = Math.sqrt(part);
          const side = rising ? minimum - mode : maximum - mode;
          if (part < 0.25) return (rising ? minimum : maximum) - side * root;
          const rest = (rising ? q - fall : p - rise) / (rising ? rise : fall);
          return mode + side * (rest / (1 + root));
        },
        tails(x) {
          const left = (x - minimum) / width, right = (maximum - x) / width;
          if (x < mode) return [(left * left) / rise, 1 - (left * left) / rise];
          return [1 - (right * right) / fall, (right * right) / fall];
        },
      };
    },
    changed: (own, by) => cornered(own, by, own.mode, ["minimum", "mode", "maximum"]),
  },

  pert: {
    whole(own) {
      const width = own.maximum - own.minimum;
      if (!(width > 0)) return null;
      const a = 1 + (own.shape * (own.mode - own.minimum)) / width;
      const b = 1 + (own.shape * (own.maximum - own.mode)) / width;
      return stretchedBeta(a, b, own.minimum, own.maximum);
    },
    changed: (own, by) => cornered(own, by, own.mode, ["minimum", "mode", "maximum"]),
  },

  beta: {
    whole: (own) => stretchedBeta(own.alpha, own.beta, own.minimum, own.maximum),
    changed(own, by) {
      const width = own.maximum - own.minimum;
      const total = own.alpha + own.beta;
      const mean = (by.move(own.minimum + (width * own.alpha) / total) - own.minimum) / width;
      const wanted = (total + 1) / (by.spread * by.spread) - 1;
      if (!(mean > 0 && mean < 1 && wanted > 0)) return null;
      return { ...own, alpha: mean * wanted, beta: (1 - mean) * wanted };
    },
  },

  normal: {
    whole(own) {
      return {
        low: -Infinity,
        high: Infinity,
        quantile: (p, q) => own.mean + own.sd * normalScore(p, q),
        tails: (x) => normalTails((x - own.mean) / own.sd),
      };
    },
    changed: (own, by) =>
      positive(own, "sd", own.sd * by.scale * by.spread, { mean: by.move(own.mean) }),
  },

  lognormal: {
    whole(own) {
      const spread = logOf(own);
      return {
        low: 0,
        high: Infinity,
        quantile: (p, q) => own.median * Math.exp(spread * normalScore(p, q)),
        tails: (x) => (x > 0 ? normalTails(Math.log(x / own.median) / spread) : [0, 1]),
      };
    },
    changed: (own, by) =>
      positive(own, "median", by.move(own.median), { gsd: Math.exp(logOf(own) * by.spread) }),
  },

  gamma: {
    whole(own) {
      if (!(own.shape <= LARGEST_SHAPE)) return null;
      return {
        low: 0,
        high: Infinity,
        quantile: (p, q) => own.scale * gammaQuantile(own.shape, p, q),
        tails: (x) => gammaTails(own.shape, x / own.scale),
      };
    },
    changed(own, by) {
      const square = by.spread * by.spread;
      const mean = own.shape * own.scale;
      const shape = own.shape / square;
      return positive(own, "scale", (own.scale * square * by.move(mean)) / mean, { shape });
    },
  },

  weibull: {
    whole(own) {
      return {
        low: 0,
        high: Infinity,
        quantile: (p, q) => own.scale * Math.pow(minusLogUpper(p, q), 1 / own.shape),
        tails(x) {
          const y = Math.pow(x / own.scale, own.shape);
          return [-Math.expm1(-y), Math.exp(-y)];
        },
      };
    },
    changed: (own, by) =>
      positive(own, "scale", by.move(own.scale), { shape: own.shape / by.spread }),
  },

  gumbel: {
    whole(own) {
      return {
        low: -Infinity,
        high: Infinity,
        quantile: (p, q) => own.mode - own.scale * Math.log(minusLogUpper(q, p)),
        tails(x) {
          const y = Math.exp((own.mode - x) / own.scale);
          return [Math.exp(-y), -Math.expm1(-y)];
        },
      };
    },
    changed: (own, by) =>
      positive(own, "scale", own.scale * by.scale * by.spread, { mode: by.move(own.mode) }),
  },

  exponential: {
    single: true,
    whole(own) {
      return {
        low: 0,
        high: Infinity,
        quantile: (p, q) => own.mean * minusLogUpper(p, q),
        tails: (x) => [-Math.expm1(-x / own.mean), Math.exp(-x / own.mean)],
      };
    },
    changed: (own, by) => positive(own, "mean", by.move(own.mean), {}),
  },

  bernoulli: {
    single: true,
    whole: (own) => ({
      low: own.probability < 1 ? 0 : 1,
      high: own.probability > 0 ? 1 : 0,
      quantile: (p) => (p > 1 - own.probability ? 1 : 0),
    }),
    changed(own, by) {
      const probability = by.move(own.probability);
      return probability >= 0 && probability <= 1 ? { ...own, probability } : null;
    },
  },

  discrete: { whole: steps, changed: listed },
  empirical: { whole: steps, changed: listed },

  quantiles: {
    whole(own) {
      const { ends, pieces, kind, origin, width } = own.spline;
      return {
        low: own.minimum ?? -Infinity,
        high: own.maximum ?? Infinity,
        quantile(p, q) {
          const z = normalScore(p, q);
          let k = 0;
          while (k < ends.length && ends[k] < z) k++;
          const [anchor, ...terms] = pieces[k];
          const y = polynomial(z - anchor, terms);
          if (kind === 0) return y;
          if (kind !== 2) return origin + kind * Math.exp(kind * y);
          const s = Math.exp(-Math.abs(y));
          const part = (width * s) / (1 + s);
          return y < 0 ? origin + part : origin + width - part;
        },
      };
    },
  },
};

// The law as it is drawn: `value(u, v)` at a point u, of which v = 1 - u; null where there is none.
function lawOf(own) {
  const family = LAWS[own.family];
  const whole = family.whole(own);
  if (!whole) return null;
  let { low, high } = whole;
  let below = 0, mass = 1, above = 0;
  if (whole.tails && (own.low != null || own.high != null)) {
    low = Math.max(low, own.low ?? -Infinity);
    high = Math.min(high, own.high ?? Infinity);
    if (!(low < high)) return null;
    const [start, rest] = whole.tails(low);
    const [most, beyond] = whole.tails(high);
    below = low > whole.low ? start : 0;
    above = high < whole.high ? beyond : 0;
    mass = below > 0.5 ? rest - above : above > 0.5 ? most - below : 1 - below - above;
    if (!(mass >= Math.max(1e-280, 1e-9 * Math.min(below, above)))) return null;
  }
  const value = (u, v) => inside(whole.quantile(below + mass * u, above + mass * v), low, high);
  if (!own.moved) return { low, high, value };
  const moved = movedValue(own.moved, value(0.5, 0.5));
  return { low: moved(low), high: moved(high), value: (u, v) => moved(value(u, v)) };
}

// The law that a change makes of one; null where there is none.
function changedLaw(own, by) {
  const { changed } = LAWS[own.family];
  return changed ? changed(own, by) : { ...own, moved: by };
}

// A change: the middle times a factor and plus a number, and the spread times another factor, with
// values between `least` and `most` where a law is bounded by what can be.
function changeOf(times, plus, spread, least, most) {
  return {
    scale: times,
    spread,
    least: least ?? -Infinity,
    most: most ?? Infinity,
    move: (middle) => times * middle + plus,
  };
}

// What a change makes of single values around their middle.
function movedValue(by, centre) {
  const middle = by.move(centre);
  const factor = by.scale * by.spread;
  return (x) => inside(middle + factor * (x - centre), by.least, by.most);
}
