/** How Kayenta's judge (NetflixACAJudge-v1.0) calls one metric. */
export type KayentaLabel = 'Pass' | 'High' | 'Low' | 'Nodata';

/** Hard-coded in Kayenta: part of the estimate that the interval must lie beyond, and the interval's normal quantile for 98 %. */
const TOLERANCE = 0.25;
const Z = 2.3263478740408408;
/** Absolute, whatever the unit of the metric. */
const ACCURACY = 1e-4;

/** The 98 % interval of the shift from control to experiment, and its estimate, by Mann and Whitney's test. */
export function mannWhitney(experiment: readonly number[], control: readonly number[]): { low: number; high: number; estimate: number } {
  const [least, most] = [Math.min(...experiment) - Math.max(...control), Math.max(...experiment) - Math.min(...control)];
  const root = (z: number, correct: boolean): number => {
    const f = (shift: number): number => score(experiment, control, shift, correct) - z;
    const [low, high] = [f(least), f(most)];
    if (low <= 0) return least;
    if (high >= 0) return most;
    return brent(f, least, most);
  };
  return { low: root(Z, true), high: root(-Z, true), estimate: root(0, false) };
}

/** Normal score of the rank sum of the shifted experiment, with ties averaged. */
function score(experiment: readonly number[], control: readonly number[], shift: number, correct: boolean): number {
  const [n, m] = [experiment.length, control.length];
  const all = [...experiment.map((value) => ({ value: value - shift, own: true })), ...control.map((value) => ({ value, own: false }))].sort((a, b) => a.value - b.value);
  let [ranks, ties] = [0, 0];
  for (let start = 0; start < all.length;) {
    let end = start;
    while (end < all.length && all[end]?.value === all[start]?.value) end++;
    const rank = (start + end + 1) / 2;
    for (let index = start; index < end; index++) if (all[index]?.own === true) ranks += rank;
    ties += (end - start) ** 3 - (end - start);
    start = end;
  }
  const beyond = ranks - (n * (n + 1)) / 2 - (n * m) / 2;
  const total = n + m;
  const deviation = Math.sqrt(((n * m) / 12) * (total + 1 - ties / (total * (total - 1))));
  return (beyond - (correct ? 0.5 * Math.sign(beyond) : 0)) / deviation;
}

/** Brent's method to an absolute accuracy. */
export function brent(f: (x: number) => number, low: number, high: number): number {
  let [a, b, fa, fb] = [low, high, f(low), f(high)];
  let [c, fc, d, e] = [a, fa, b - a, b - a];
  for (;;) {
    if (Math.abs(fc) < Math.abs(fb)) [a, b, c, fa, fb, fc] = [b, c, b, fb, fc, fb];
    const near = 2 * 2.220446049250313e-16 * Math.abs(b) + ACCURACY / 2;
    const m = 0.5 * (c - b);
    if (Math.abs(m) <= near || fb === 0) return b;
    if (Math.abs(e) < near || Math.abs(fa) <= Math.abs(fb)) [d, e] = [m, m];
    else {
      let [s, p, q] = [fb / fa, 0, 0];
      if (a === c) [p, q] = [2 * m * s, 1 - s];
      else {
        const [x, y] = [fa / fc, fb / fc];
        [p, q] = [s * (2 * m * x * (x - y) - (b - a) * (y - 1)), (x - 1) * (y - 1) * (s - 1)];
      }
      if (p > 0) q = -q;
      else p = -p;
      s = e;
      e = d;
      if (p >= 1.5 * m * q - Math.abs(near * q) || p >= Math.abs(0.5 * s * q)) [d, e] = [m, m];
      else d = p / q;
    }
    [a, fa] = [b, fb];
    b += Math.abs(d) > near ? d : m > 0 ? near : -near;
    fb = f(b);
    if ((fb > 0 && fc > 0) || (fb <= 0 && fc <= 0)) [c, fc, d, e] = [a, fa, b - a, b - a];
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * One metric, direction `increase`, with the defaults: outliers kept, mean ratio as the effect, any increase allowed to count.
 * Both sides constant and different would get noise in Kayenta; here they are told apart at once.
 */
export function kayentaLabel(control: readonly number[], experiment: readonly number[], allowedIncrease = 1): KayentaLabel {
  if (control.length === 0 || experiment.length === 0) return 'Nodata';
  const values = new Set([...control, ...experiment]);
  const sorted = (list: readonly number[]): string => [...list].sort((a, b) => a - b).join();
  if (values.size === 1 || sorted(control) === sorted(experiment)) return 'Pass';
  if (new Set(control).size === 1 && new Set(experiment).size === 1) return mean(experiment) > mean(control) ? 'High' : 'Pass';
  const { low, estimate } = mannWhitney(experiment, control);
  const effect = mean(control) === 0 ? Number.NaN : mean(experiment) / mean(control);
  return low > TOLERANCE * Math.abs(estimate) && !(effect < allowedIncrease) ? 'High' : 'Pass';
}
