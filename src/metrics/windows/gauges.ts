import type { GaugeSample } from '../../statistics/gauges.js';
import type { Said } from './measure.js';

/**
 * The values of all Pods at one moment; undefined when those of one version are missing.
 * @param limit what canary Pods are held against in place of stable ones
 */
export function gaugeSample(at: number, said: readonly Said<number>[], limit: number | undefined): GaugeSample | undefined {
  const of = (wanted: string): number[] => said.flatMap(({ role, value }) => (role === wanted && value !== undefined ? [value] : []));
  const stable = limit === undefined ? of('stable') : [limit];
  const canary = of('canary');
  return stable.length === 0 || canary.length === 0 ? undefined : { at, stable, canary };
}
