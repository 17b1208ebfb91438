import type { ClusterClient } from '../../cluster/client.js';
import type { Release } from '../../model/release.js';
import { serinResources } from '../../model/resources.js';
import { CliError } from '../errors.js';
import { lookingAgain } from '../../commands/looking-again.js';
import type { Target } from '../target.js';
import { planSteering, type SteeringPlan, type SteeringVerb } from '../../commands/steering-plan.js';

/** The release that a target means. @throws CliError when a policy has none */
export function releaseOf({ release, name, policy }: Target, verb: string): Release {
  if (release) return release;
  throw new CliError(`policy ${name} has no release to ${verb}${policy?.status?.message === undefined ? '.' : `: ${policy.status.message}`}`);
}

/** Carries a verb out, guarded by the version of the release that it was decided on. @throws CliError when it is refused */
export async function steer(client: ClusterClient, verb: SteeringVerb, first: Release, { full, signal }: { readonly full?: boolean; readonly signal: AbortSignal }): Promise<{ plan: Exclude<SteeringPlan, { outcome: 'refused' }>; release: Release }> {
  const { name, namespace = '' } = first.metadata;
  let known: Release | undefined = first;
  return lookingAgain(async () => {
    const release = known ?? (await client.get(serinResources.releases, { name, namespace }, { signal }));
    known = undefined;
    const plan = planSteering(verb, release, { full: full ?? false });
    if (plan.outcome === 'refused') throw new CliError(plan.why);
    if (plan.outcome === 'nothing') return { plan, release };
    const body = { metadata: { resourceVersion: release.metadata.resourceVersion }, spec: plan.spec };
    return { plan, release: await client.patch(serinResources.releases, { name, namespace }, { kind: 'merge', body }, { signal }) };
  });
}
