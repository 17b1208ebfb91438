import { configuredRouters } from '../routers/registry.js';
import { policyConditions } from '../model/policy-conditions.js';
import { hasEnded } from '../model/release.js';
import { serinResources } from '../model/resources.js';
import type { ControllerContext } from './context.js';
import type { Subject } from './triggers.js';
import { write } from './writes.js';

/** How soon it is looked again whether it can be seen, in milliseconds; a watch that comes about is told of at once. */
const LOOK_AGAIN = 30_000;

/**
 * Why a policy or release must be left alone at the moment: what its routes are made of cannot be seen, and what is not seen
 * looks as if it had been deleted. Undefined where all is seen.
 */
export function unseenFor({ caches }: ControllerContext, subject: Subject): string | undefined {
  const release = subject.kind === 'release' ? caches.releases.get(subject) : undefined;
  if (release && hasEnded(release.status?.phase ?? 'Preparing')) return undefined;
  const router = (release ?? caches.policies.get(subject))?.spec.router;
  for (const { router: { watches } } of configuredRouters(router)) {
    for (const resource of watches) {
      const blindness = caches.blindness(resource);
      if (blindness !== undefined) return blindness;
    }
  }
  return undefined;
}

/** Leaves it as it is, and says why. @returns when to look again, milliseconds since the epoch */
export async function leaveAlone(context: ControllerContext, subject: Subject, why: string): Promise<number> {
  const { caches, clock } = context;
  const now = clock.now();
  if (subject.kind === 'release') {
    const release = caches.releases.get(subject);
    if (release?.status && release.status.message !== why) {
      const status = { ...release.status, message: why };
      await write(context, 'release.status', caches.releases, (client) => client.replace(serinResources.releases, { ...release, status }, { subresource: 'status' }));
    }
  } else {
    const policy = caches.policies.get(subject);
    if (policy && policy.status?.message !== why) {
      const status = { ...policy.status, message: why };
      const known = { ...status, conditions: policyConditions(status, 'stuck', now) };
      await write(context, 'policy.status', caches.policies, (client) => client.replace(serinResources.releasePolicies, { ...policy, status: known }, { subresource: 'status' }));
    }
  }
  return now + LOOK_AGAIN;
}
