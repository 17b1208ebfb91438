import { seen, type ClusterFacts } from './facts.js';
import { findingsOf, type Finding } from './finding.js';

/** Policies that cannot run, in the words of their own conditions. */
export function checkPolicies({ policies }: Pick<ClusterFacts, 'policies'>): Finding[] {
  const { ok, warn, fail } = findingsOf('policies');
  if (policies === 'forbidden') return [warn('You may not list policies.', 'The role serin-viewer gives this right.')];
  const wrong = seen(policies).flatMap(({ metadata, status }) => {
    const name = `${metadata.namespace ?? ''}/${metadata.name}`;
    if (status?.phase === undefined) return [warn(`Policy ${name} has not been looked at by a controller.`, 'See whether one leads, and whether it watches this namespace.')];
    if (status.phase === 'Refused') return [fail(`Policy ${name} cannot run: ${status.message ?? ''}`, 'Mend it: serin lint says the same of a file.')];
    return [];
  });
  return wrong.length > 0 ? wrong : [ok(`${seen(policies).length} ${seen(policies).length === 1 ? 'policy' : 'policies'}, none of which is refused.`)];
}
