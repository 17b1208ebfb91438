import type { KubernetesObject } from '../../kubernetes/objects.js';
import type { Change, Informer } from '../../cluster/informer.js';
import type { Release } from '../../model/release.js';
import { serinResources } from '../../model/resources.js';
import type { Known } from '../resources/known.js';
import type { FrameRing } from './frame-ring.js';

const idOf = ({ metadata }: KubernetesObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;
const namespaceOf = ({ metadata }: KubernetesObject): string => metadata.namespace ?? '';

/** Turns changes of what is known into frames, once for all who read. @returns how to stop */
export function feed(known: Known, ring: FrameRing): () => void {
  const { caches } = known;
  const { releases, releasePolicies } = serinResources;
  const tell = (release: Release): void => {
    const { summary, asked } = known.summary(release);
    ring.push({ event: 'release', namespace: summary.namespace, resource: releases, asked, data: (mine) => ({ ...summary, waitsForMe: mine }) });
  };
  const approvalsChanged = (namespace: string, resource: { readonly group: string; readonly plural: string }): void => {
    ring.push({ event: 'approvals', namespace, resource, asked: undefined, data: () => ({}) });
  };
  const stops = [
    listen(caches.releases, (change) => {
      const { object } = change;
      if (change.type === 'deleted') ring.push({ event: 'gone', namespace: namespaceOf(object), resource: releases, asked: undefined, data: () => ({ id: idOf(object) }) });
      else tell(object);
      const before = change.type === 'changed' ? known.summary(change.before).asked : undefined;
      const now = change.type === 'deleted' ? undefined : known.summary(object).asked;
      if (before?.step !== now?.step || before?.window !== now?.window) approvalsChanged(namespaceOf(object), releases);
    }),
    listen(caches.policies, ({ object }) => {
      ring.push({ event: 'policy', namespace: namespaceOf(object), resource: releasePolicies, asked: undefined, data: () => ({ id: idOf(object) }) });
    }),
    listen(caches.approvals, ({ object }) => {
      // What was given is part of what the release waits for.
      const release = caches.releases.get({ namespace: namespaceOf(object), name: object.spec.release });
      if (release?.metadata.uid === object.spec.releaseUid) tell(release);
      approvalsChanged(namespaceOf(object), releases);
    }),
    listen(caches.imageUpdates, ({ object }) => approvalsChanged(namespaceOf(object), serinResources.imageUpdates)),
    listen(caches.imageApprovals, ({ object }) => approvalsChanged(namespaceOf(object), serinResources.imageUpdates)),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** What is there at the beginning is no change: whoever reads the stream has read the lists. */
function listen<T extends KubernetesObject>(informer: Informer<T>, each: (change: Change<T>) => void): () => void {
  return informer.onChange((change) => {
    if (informer.synced) each(change);
  });
}
