import { isConflict } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { Release } from '../../model/release.js';
import { serinResources } from '../../model/resources.js';
import { CliError } from '../errors.js';
import type { Target } from '../target.js';
import { planSteering, type SteeringPlan, type SteeringVerb } from './command-plan.js';

/** The controller writes the status at any moment, so a command may have to look again. */
const TRIES = 10;

/** The release that a target means. @throws CliError when a policy has none */
export function releaseOf({ release, name, policy }: Target, verb: string): Release {
  if (release) return release;
  throw new CliError(`policy ${name} has no release to ${verb}${policy?.status?.message === undefined ? '.' : `: ${policy.status.message}`}`);
}

/** Carries a verb out, guarded by the version of the release that it was decided on. @throws CliError when it is refused */
export async function steer(client: ClusterClient, verb: SteeringVerb, first: Release, options: { readonly full?: boolean; readonly signal: AbortSignal }): Promise<{ plan: Exclude<SteeringPlan, { outcome: 'refused' }>; release: Release }> {
  let release = first;
  for (let tries = 1; ; tries++) {
    const plan = planSteering(verb, release, options);
    if (plan.outcome === 'refused') throw new CliError(plan.why);
    if (plan.outcome === 'nothing') return { plan, release };
    const { name, namespace = '', resourceVersion } = release.metadata;
    try {
      const body = { metadata: { resourceVersion }, spec: plan.spec };
      return { plan, release: await client.patch(serinResources.releases, { name, namespace }, { kind: 'merge', body }, { signal: options.signal }) };
    } catch (error) {
      if (!isConflict(error) || tries >= TRIES) throw error;
      release = await client.get(serinResources.releases, { name, namespace }, { signal: options.signal });
    }
  }
}
