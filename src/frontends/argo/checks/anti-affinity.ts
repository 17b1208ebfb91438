import type { PolicyProblem } from '../../../model/policy-problem.js';
import type { AntiAffinity } from '../kinds/strategies.js';
import type { Path } from './known-objects.js';

/** One of two ways to keep new Pods apart from old ones. */
export function checkAntiAffinity(antiAffinity: AntiAffinity | undefined, path: Path): PolicyProblem[] {
  if (!antiAffinity) return [];
  const { requiredDuringSchedulingIgnoredDuringExecution: required, preferredDuringSchedulingIgnoredDuringExecution: preferred } = antiAffinity;
  if ((required === undefined) === (preferred === undefined)) {
    return [{ path, problem: 'asks for both ways or none.', remedy: 'Write requiredDuringSchedulingIgnoredDuringExecution or preferredDuringSchedulingIgnoredDuringExecution.' }];
  }
  if (!preferred || (preferred.weight >= 1 && preferred.weight <= 100)) return [];
  return [{ path: [...path, 'preferredDuringSchedulingIgnoredDuringExecution', 'weight'], problem: `${preferred.weight} is not from 1 to 100.`, remedy: 'Write 1 to 100.' }];
}
