import { fnv32a, safeEncode } from '../../kubernetes/pod-template.js';
import { goJson } from './go-json.js';
import type { RolloutStep } from './kinds/canary-steps.js';

/** The hash by which a Rollout's status names the steps of a canary: that of the JSON that Go makes of them, as Argo Rollouts takes it. */
export function stepHash(steps: readonly RolloutStep[] | undefined): string {
  const text = steps === undefined ? 'null' : `[${steps.map((step) => goJson(step, 'CanaryStep')).join(',')}]`;
  return safeEncode(String(fnv32a(text)));
}
