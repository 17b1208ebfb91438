import type { PolicyProblem } from '../../../model/policy-problem.js';
import type { Rollout } from '../kinds/rollout.js';
import type { BlueGreenStrategy, CanaryStrategy } from '../kinds/strategies.js';
import { ROLLOUTS_HASH_LABEL } from '../pod-template-hash.js';
import type { Path } from './known-objects.js';

type Field = 'canaryMetadata' | 'stableMetadata' | 'previewMetadata' | 'activeMetadata';
type Strategy = Partial<Pick<CanaryStrategy, 'canaryMetadata' | 'stableMetadata'> & Pick<BlueGreenStrategy, 'previewMetadata' | 'activeMetadata'>>;

/** Labels that come and go with a role cannot be what Pods are selected by. */
export function checkMetadataOfRoles({ spec }: Rollout, strategy: Strategy, fields: readonly Field[], path: Path): PolicyProblem[] {
  const { matchLabels = {}, matchExpressions = [] } = spec.selector ?? {};
  const selected = new Set([ROLLOUTS_HASH_LABEL, ...Object.keys(matchLabels), ...matchExpressions.map(({ key }) => key)]);
  return fields.flatMap((field) =>
    Object.keys(strategy[field]?.labels ?? {}).filter((key) => selected.has(key)).map((key) => ({
      path: [...path, field, 'labels', key],
      problem: 'Pods are selected by this label, so it cannot change with their role.',
      remedy: 'Take another label.',
    })),
  );
}
