import type { ClusterClient } from '../../cluster/client.js';
import type { Rollout } from '../../frontends/argo/kinds/rollout.js';
import { argoResources } from '../../frontends/argo/resources.js';
import { CliError } from '../errors.js';
import { lookingAgain } from '../../commands/looking-again.js';
import { planRolloutSteering, type RolloutPlan, type RolloutVerb } from './rollout-plan.js';

/** Carries a verb out, guarded by the version of the Rollout that it was decided on. @throws CliError when it is refused */
export async function steerRollout(client: ClusterClient, verb: RolloutVerb, first: Rollout, { full, now, signal }: { readonly full?: boolean; readonly now: number; readonly signal: AbortSignal }): Promise<{ plan: Exclude<RolloutPlan, { outcome: 'refused' }>; rollout: Rollout }> {
  const { name, namespace = '' } = first.metadata;
  const at = { name, namespace };
  let known: Rollout | undefined = first;
  return lookingAgain(async () => {
    let rollout = known ?? (await client.get(argoResources.rollouts, at, { signal }));
    known = undefined;
    const plan = planRolloutSteering(verb, rollout, { full: full ?? false, now });
    if (plan.outcome === 'refused') throw new CliError(plan.why);
    if (plan.outcome === 'nothing') return { plan, rollout };
    const body = (fields: object): object => ({ metadata: { resourceVersion: rollout.metadata.resourceVersion }, ...fields });
    // The status first: one that goes on by its spec alone would meet a command that was meant for what came before.
    if (plan.status) rollout = await client.patch(argoResources.rollouts, at, { kind: 'merge', body: body({ status: plan.status }) }, { subresource: 'status', signal });
    if (plan.spec) rollout = await client.patch(argoResources.rollouts, at, { kind: 'merge', body: plan.status ? { spec: plan.spec } : body({ spec: plan.spec }) }, { signal });
    return { plan, rollout };
  });
}
