import { lookingAgain } from '../../../commands/looking-again.js';
import { planSteering } from '../../../commands/steering-plan.js';
import { withTold } from '../../../commands/told.js';
import { timestamp } from '../../../kubernetes/conditions.js';
import { hasEnded, type Release } from '../../../model/release.js';
import { serinResources } from '../../../model/resources.js';
import { conflict } from '../../errors.js';
import type { ReleaseActionBody } from '../../schemas/actions.js';
import { steeringVerb } from '../releases/actions.js';
import { missing } from '../visibility.js';
import { outcomeOf, refused, type Actor, type Outcome } from './actor.js';

export type SteeredVerb = Parameters<typeof steeringVerb>[0];

/**
 * Sets the field of a release that a verb means, with who did it, guarded by the version that it was decided on. Whoever comes second
 * is told what stands, and nothing moves.
 * @throws HttpError 409 where it is another release, another step, so already, or refused
 */
export async function steer(actor: Actor, place: { readonly namespace: string; readonly name: string }, verb: SteeredVerb, body: ReleaseActionBody): Promise<Outcome & { readonly release: Release }> {
  const { client, signal } = actor;
  return lookingAgain(async () => {
    const release = await client.find(serinResources.releases, place, { signal });
    if (!release) throw missing('release', place.namespace, place.name);
    requireSame(release, body.uid);
    requireStep(release, verb, body.step);
    const plan = planSteering(steeringVerb(verb), release, { full: verb === 'promoteFull' });
    if (plan.outcome === 'refused') throw refused(plan.why);
    if (plan.outcome === 'nothing') throw refused(plan.done);
    const annotations = withTold(release.metadata, {
      time: timestamp(actor.clock.now()), user: actor.identity.user, verb,
      ...(actor.via === undefined ? {} : { via: actor.via }),
      ...(body.comment === undefined || body.comment === '' ? {} : { comment: body.comment }),
    });
    const patch = { metadata: { resourceVersion: release.metadata.resourceVersion, annotations }, spec: plan.spec };
    return { ...outcomeOf(plan.done, plan.next), release: await client.patch(serinResources.releases, place, { kind: 'merge', body: patch }, { signal }) };
  });
}

/** @throws HttpError 409 where another object has the name by now */
export function requireSame({ kind, metadata }: { readonly kind: string; readonly metadata: Release['metadata'] }, uid: string): void {
  if (metadata.uid !== uid) throw conflict(`${kind === '' ? 'Release' : kind} ${metadata.name} is not the one that was meant: another one has its name by now; look at it anew.`);
}

/** Two people who promote at once go on by one step, not by two. */
function requireStep({ metadata, spec, status }: Release, verb: SteeredVerb, step: number | undefined): void {
  const present = (status?.step.index ?? 0) + 1;
  if (step === undefined || step === present || (verb !== 'promote' && verb !== 'resume') || hasEnded(status?.phase ?? 'Preparing')) return;
  throw conflict(`Release ${metadata.name} is at step ${present} of ${spec.plan.steps.length} by now, not at step ${step}: look at it anew before you go on.`);
}
