import { lookingAgain } from '../../../commands/looking-again.js';
import { planRetry } from '../../../commands/retry-plan.js';
import { planRollback, type RollbackObjects, type RollbackPlan } from '../../../commands/rollback-plan.js';
import { remember, type ToldVerb } from '../../../commands/told.js';
import { putTemplate, wantVersion } from '../../../commands/workload-writes.js';
import type { ClusterClient } from '../../../cluster/client.js';
import { resources } from '../../../kubernetes/resources.js';
import { hasEnded, type Release } from '../../../model/release.js';
import type { ReleasePolicy } from '../../../model/release-policy.js';
import { serinResources } from '../../../model/resources.js';
import { conflict } from '../../errors.js';
import type { ReleaseActionBody } from '../../schemas/actions.js';
import { missing } from '../visibility.js';
import { outcomeOf, refused, type Actor, type Outcome } from './actor.js';
import { requireSame } from './steer.js';

interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** What a release and its policy are to be told apart from the release itself. */
interface Found {
  readonly release: Release;
  readonly policy: ReleasePolicy;
}

/** Everything that going back is decided on, as a person may read it. */
export async function rollbackObjects(client: ClusterClient, policy: ReleasePolicy, signal: AbortSignal): Promise<RollbackObjects> {
  const { namespace = '', name } = policy.metadata;
  const workload = policy.spec.workload.deployment;
  const [deployment, { items: releases }, { items: replicaSets }] = await Promise.all([
    workload === undefined ? undefined : client.find(resources.deployments, { namespace, name: workload }, { signal }),
    client.list(serinResources.releases, { namespace, signal }),
    client.list(resources.replicaSets, { namespace, signal }),
  ]);
  return { policy, releases: releases.filter(({ spec }) => spec.policy === name), deployment, replicaSets };
}

/** Goes back to the version before the one that the policy's last release brought. @throws HttpError 409 where there is none, another one than was meant, or another release */
export async function goBack(actor: Actor, place: Place, body: ReleaseActionBody): Promise<Outcome & { readonly release: Release }> {
  const { client, signal } = actor;
  // Of two who go back at once the second would otherwise go back from what the first one asked for.
  let meant = body.to;
  return lookingAgain(async () => {
    const { release, policy } = await find(actor, place, body.uid);
    if (!hasEnded(release.status?.phase ?? 'Preparing')) throw conflict(`Release ${release.metadata.name} is under way: take it back with an abort instead.`);
    if (policy.status?.release !== release.metadata.name) throw conflict(`Release ${release.metadata.name} is not the last one of policy ${policy.metadata.name}: go back from the last one.`);
    const objects = await rollbackObjects(client, policy, signal);
    const plan = planRollback(objects);
    if (plan.outcome === 'refused') throw refused(plan.why);
    if (plan.outcome === 'abort') throw conflict(`Release ${plan.release.metadata.name} has begun meanwhile: take that back with an abort instead.`);
    meant ??= plan.to;
    if (plan.to !== meant) throw conflict(`Going back from release ${release.metadata.name} leads to ${plan.to} by now, not to ${meant}: look at it anew.`);
    // Users relied on it before and it is there: it is not judged again.
    const hotfix = plan.ready > 0 && (plan.outcome === 'want' || plan.released) ? `rollback to ${plan.to}, whose Pods still run` : undefined;
    if (plan.outcome === 'want') await wantVersion(client, policy, plan.to, { hotfix, signal });
    else await putTemplate(client, objects, plan.template, { hotfix, signal });
    await told(actor, release, 'rollback', body);
    return { ...saidOfRollback(plan), release };
  });
}

function saidOfRollback(plan: Extract<RollbackPlan, { outcome: 'template' | 'want' }>): Outcome {
  if (plan.outcome === 'template' && !plan.released) return outcomeOf(`The workload asks for ${plan.to} again instead of ${plan.from}; it is what runs, so there is nothing to release.`, '');
  const pods = plan.ready > 0 ? 'Its Pods still run, so it goes back at once, without steps and judging.' : 'No Pod of it runs, so they start first, and the release takes the steps of the policy.';
  return outcomeOf(plan.outcome === 'want' ? `The policy wants ${plan.to} again instead of ${plan.from}.` : `The workload asks for ${plan.to} again instead of ${plan.from}.`, `A release leads there. ${pods}`);
}

/** Tries the version again that a release took back. @throws HttpError 409 where it is not held any more */
export async function tryAgain(actor: Actor, place: Place, body: ReleaseActionBody): Promise<Outcome & { readonly release: Release }> {
  const { client, signal } = actor;
  return lookingAgain(async () => {
    const { release, policy } = await find(actor, place, body.uid);
    const { namespace = '', name, resourceVersion } = policy.metadata;
    const last = policy.status?.release;
    const plan = planRetry({ policy, release: last === undefined || last === release.metadata.name ? release : await client.find(serinResources.releases, { namespace, name: last }, { signal }) });
    if (plan.outcome === 'refused') throw refused(plan.why);
    if (plan.outcome === 'nothing') throw refused(plan.lines[0] ?? '');
    if (plan.value !== release.metadata.name) throw conflict(`Release ${release.metadata.name} is not what was taken back last: ${plan.value} is; look at that one.`);
    await client.patch(serinResources.releasePolicies, { namespace, name }, { kind: 'merge', body: { metadata: { resourceVersion, annotations: { [plan.name]: plan.value } } } }, { signal });
    await told(actor, release, 'retry', body);
    const [done = '', ...rest] = plan.lines;
    return { ...outcomeOf(done, rest.join(' ')), release };
  });
}

async function find({ client, signal }: Actor, place: Place, uid: string): Promise<Found> {
  const release = await client.find(serinResources.releases, place, { signal });
  if (!release) throw missing('release', place.namespace, place.name);
  requireSame(release, uid);
  const policy = await client.find(serinResources.releasePolicies, { namespace: place.namespace, name: release.spec.policy }, { signal });
  if (!policy) throw missing('policy', place.namespace, release.spec.policy);
  return { release, policy };
}

function told({ client, identity, clock, signal, via }: Actor, release: Release, verb: ToldVerb, { comment }: ReleaseActionBody): Promise<void> {
  return remember(client, release, { user: identity.user, verb, ...(via === undefined ? {} : { via }), ...(comment === undefined ? {} : { comment }) }, clock.now(), signal);
}
