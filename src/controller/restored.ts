import { deepEqual, isRecord } from '../kubernetes/json.js';
import { message } from '../model/messages.js';
import type { Release, ReleaseStatus } from '../model/release.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { FINALIZER, serinResources } from '../model/resources.js';
import { configuredRouter } from '../routers/registry.js';
import type { Caches } from './caches.js';
import type { ControllerContext } from './context.js';
import { foundIn } from './found.js';
import { name } from './holders.js';
import { replicaSetsOf } from './versions.js';
import { workloadOf } from './workload.js';
import { write } from './writes.js';

/**
 * On a release that steers routes: what it found there. It stands in the status, too, which backups leave out; without it
 * nobody could put the routes back.
 */
export const CLAIMS_ANNOTATION = 'serin.dev/found';

/**
 * Whether a release that has no status was under way once, or over: it came back from a backup. A policy knows its stable
 * version before it makes a release, but for the first one; what has come back knows nothing.
 */
export function isRestored(release: Release, policy: ReleasePolicy): boolean {
  return release.status === undefined && release.spec.first !== true && policy.status?.stable === undefined;
}

/** Milliseconds that the other objects of a backup may take to come back. */
const COMES_BACK_WITHIN = 300_000;

/** Whether a release of a backup waits for what it is about: its policy, its versions, and the routes that it steered. */
export function waitsForRestore({ caches, clock }: ControllerContext, release: Release, policy: ReleasePolicy | undefined): boolean {
  const { metadata: { namespace = '', finalizers = [], creationTimestamp, deletionTimestamp }, spec, status } = release;
  if (status !== undefined || deletionTimestamp !== undefined || clock.now() - Date.parse(creationTimestamp ?? '') > COMES_BACK_WITHIN) return false;
  // A policy goes only after its releases.
  if (!policy) return true;
  if (!isRestored(release, policy) || !finalizers.includes(FINALIZER)) return false;
  const workload = workloadOf(policy, caches);
  if (!workload || (workload.kind !== 'Versions' && !replicaSetsOf(workload, caches).some(({ metadata }) => metadata.name === spec.stable.replicaSet))) return true;
  const found = foundIn(namespace, caches, clock.now());
  const { watches } = configuredRouter(spec.router).router;
  return foundBefore(release).some(({ kind, name: claimed, namespace: elsewhere }) => watches.every((resource) => resource.kind !== kind || found.get(resource, claimed, elsewhere) === undefined));
}

/** What a release has to do that came back from a backup: nothing, if it was over; else it is taken back, because nobody knows how far it was. */
export function restoredStatus(release: Release, now: number): ReleaseStatus {
  const time = new Date(now).toISOString();
  // The finalizer is taken off a release that is over.
  const isOver = !release.metadata.finalizers?.includes(FINALIZER);
  const log = message('RestoredFromBackup');
  return {
    phase: isOver ? 'Aborted' : 'Aborting',
    abortReason: 'Restored',
    step: { index: 0, startedAt: time },
    intent: { routing: isOver ? 'keep' : 'split', share: 0, sizes: {}, holders: { stable: 'home', canary: 'release', others: 'release' }, paused: true },
    startedAt: time,
    ...(isOver ? { endedAt: time } : { claims: foundBefore(release) }),
    log: [{ number: 1, time, code: log.code, arguments: { ...log.arguments } }],
  };
}

/** What the annotation says. */
function foundBefore({ metadata }: Release): NonNullable<ReleaseStatus['claims']> {
  try {
    const claims: unknown = JSON.parse(metadata.annotations?.[CLAIMS_ANNOTATION] ?? '[]');
    return Array.isArray(claims) ? claims.filter((claim): claim is NonNullable<ReleaseStatus['claims']>[number] => isRecord(claim) && typeof claim['kind'] === 'string' && typeof claim['name'] === 'string') : [];
  } catch {
    return [];
  }
}

/** Writes down beside the status what was found in routes, before they are changed. @returns the release as it is then */
export async function keepClaims(context: ControllerContext, release: Release, { claims = [] }: ReleaseStatus): Promise<Release> {
  if (claims.length === 0 || deepEqual(foundBefore(release), claims)) return release;
  const kept = await write(context, 'release.found', context.caches.releases, (client) =>
    client.patch(serinResources.releases, name(release), { kind: 'merge', body: { metadata: { resourceVersion: release.metadata.resourceVersion, annotations: { [CLAIMS_ANNOTATION]: JSON.stringify(claims) } } } }),
  );
  return release.status === undefined ? kept : { ...kept, status: release.status };
}

/** A policy that came back from a backup without its status, with the release that was under way. */
export function withRestoredRelease(policy: ReleasePolicy, caches: Caches): ReleasePolicy {
  if (policy.status?.stable !== undefined || policy.status?.release !== undefined) return policy;
  const own = caches.releases.list({ namespace: policy.metadata.namespace ?? '' }).filter(({ spec, metadata }) => spec.policy === policy.metadata.name && spec.first !== true && metadata.finalizers?.includes(FINALIZER));
  const [release] = own;
  return release ? { ...policy, status: { ...policy.status, release: release.metadata.name } } : policy;
}
