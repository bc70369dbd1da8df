// Runs MODEL, the steps of a program as `javascript.py` writes them.
//
// state: c, x, q as the steps read them (q: one array for each replicate), w, `all` draws in
// replicates of `draws`, and `kept`: what is stored, each with its array, row, scale and place in
// `out`.

const BLOCK = 256; // draws at a time: rows of a large model stay in the cache of the processor

function runSteps(steps, s, q, first, n, person) {
  for (const step of steps) step(s.c, s.x, q, s.w, s.all, BLOCK, first, n, person);
}

function evaluate(s) {
  if (!s.w) s.w = new Float64Array(Math.max(MODEL.rows.w, 1) * BLOCK);
  for (let replicate = 0; replicate < s.q.length; replicate++) {
    const q = s.q[replicate];
    const end = (replicate + 1) * s.draws;
    for (let first = replicate * s.draws; first < end; first += BLOCK) {
      const n = Math.min(BLOCK, end - first);
      runSteps(MODEL.before, s, q, first, n, 0);
      runSteps(MODEL.begin, s, q, first, n, 0);
      for (let k = 0; k < MODEL.people; k++) {
        runSteps(MODEL.each, s, q, first, n, k * MODEL.rows.q);
      }
      runSteps(MODEL.end, s, q, first, n, 0);
      runSteps(MODEL.after, s, q, first, n, 0);
      for (const own of s.kept) keep(s, own, first, n);
    }
  }
  return s.out;
}

function keep(s, own, first, n) {
  const to = own.place * s.all + first;
  if (own.array === "c") {
    s.out.fill(s.c[own.row] * own.scale, to, to + n);
    return;
  }
  const from = own.array === "x" ? s.x : s.w;
  const at = own.array === "x" ? own.row * s.all + first : own.row * BLOCK;
  for (let j = 0; j < n; j++) s.out[to + j] = from[at + j] * own.scale;
}
