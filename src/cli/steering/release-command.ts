import type { ClusterClient } from '../../cluster/client.js';
import { timestamp } from '../../kubernetes/conditions.js';
import type { Release } from '../../model/release.js';
import { serinResources } from '../../model/resources.js';
import type { Clock } from '../../ports/clock.js';
import { CliError } from '../errors.js';
import { lookingAgain } from '../../commands/looking-again.js';
import type { Target } from '../target.js';
import { planSteering, type SteeringPlan, type SteeringVerb } from '../../commands/steering-plan.js';
import { withTold } from '../../commands/told.js';
import { tellerOf } from './teller.js';

/** The release that a target means. @throws CliError when a policy has none */
export function releaseOf({ release, name, policy }: Target, verb: string): Release {
  if (release) return release;
  throw new CliError(`policy ${name} has no release to ${verb}${policy?.status?.message === undefined ? '.' : `: ${policy.status.message}`}`);
}

/** How a verb is carried out. */
export interface Steering {
  /** promote: through all steps. */
  readonly full?: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Carries a verb out, with who did it, guarded by the version of the release that it was decided on. @throws CliError when it is refused */
export async function steer(client: ClusterClient, verb: SteeringVerb, first: Release, { full = false, clock, signal }: Steering): Promise<{ plan: Exclude<SteeringPlan, { outcome: 'refused' }>; release: Release }> {
  const { name, namespace = '' } = first.metadata;
  let known: Release | undefined = first;
  return lookingAgain(async () => {
    const release = known ?? (await client.get(serinResources.releases, { name, namespace }, { signal }));
    known = undefined;
    const plan = planSteering(verb, release, { full });
    if (plan.outcome === 'refused') throw new CliError(plan.why);
    if (plan.outcome === 'nothing') return { plan, release };
    const user = await tellerOf(client, signal);
    const told = user === undefined ? {} : { annotations: withTold(release.metadata, { time: timestamp(clock.now()), user, verb: verb === 'promote' && full ? 'promoteFull' : verb }) };
    const body = { metadata: { resourceVersion: release.metadata.resourceVersion, ...told }, spec: plan.spec };
    return { plan, release: await client.patch(serinResources.releases, { name, namespace }, { kind: 'merge', body }, { signal }) };
  });
}
