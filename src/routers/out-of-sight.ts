import type { Found, RoutingProblem } from './router.js';

/** That an object of another namespace cannot be looked at, because the controller works in its own alone; undefined where it can. */
export function outOfSight(found: Found, namespace: string | undefined, own: string): Pick<RoutingProblem, 'problem' | 'remedy'> | undefined {
  if (namespace === undefined || namespace === own || found.sees?.(namespace) !== false) return undefined;
  return {
    problem: `is in namespace ${namespace}, and this controller sees namespace ${own} only`,
    remedy: `move it to namespace ${own}, or install Serin without watchNamespace`,
  };
}
