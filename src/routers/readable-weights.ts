import { WHOLE } from '../model/split.js';

/** The same proportions in the smallest integers. */
export function leastWeights(weights: readonly number[]): number[] {
  const divisor = Math.max(weights.reduce(greatestCommonDivisor, 0), 1);
  return weights.map((weight) => weight / divisor);
}

/** The same proportions in integers that sum to 100, else to 1000, else in the smallest there are. */
export function readableWeights(weights: readonly number[]): number[] {
  const least = leastWeights(weights);
  const total = least.reduce((sum, weight) => sum + weight, 0);
  const factor = total === 0 ? undefined : [100, WHOLE].find((sum) => sum % total === 0);
  return factor === undefined ? least : least.map((weight) => (weight * factor) / total);
}

/** Of whole numbers from 0 on; what stands beside 0 is the divisor itself. */
export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
