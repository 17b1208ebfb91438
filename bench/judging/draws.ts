import type { Random } from '../../src/ports/random.js';

/** Standard normal, by Marsaglia's polar method. */
export function normal(random: Random): number {
  for (;;) {
    const [x, y] = [2 * random() - 1, 2 * random() - 1];
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
  }
}

/** Gamma with scale 1, by Marsaglia and Tsang's method. */
export function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * random() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Noise with mean 1 and this coefficient of variation; 1 for none. */
export const noise = (random: Random, variation: number): number => (variation === 0 ? 1 : gamma(random, 1 / variation ** 2) * variation ** 2);

/** How many of `count` trials succeed; exact: by inversion, after halving large ones with a beta draw of their median. */
export function binomial(random: Random, count: number, chance: number): number {
  if (count <= 0 || chance <= 0) return 0;
  if (chance >= 1) return count;
  if (chance > 0.5) return count - binomial(random, count, 1 - chance);
  if (count * chance > 50) {
    const middle = (count + 1) >> 1;
    const [one, other] = [gamma(random, middle), gamma(random, count + 1 - middle)];
    const at = one / (one + other);
    return at >= chance ? binomial(random, middle - 1, chance / at) : middle + binomial(random, count - middle, (chance - at) / (1 - at));
  }
  const odds = chance / (1 - chance);
  let density = (1 - chance) ** count;
  let left = random();
  let hits = 0;
  while (left > density && hits < count) {
    left -= density;
    hits++;
    density *= (odds * (count - hits + 1)) / hits;
  }
  return hits;
}
