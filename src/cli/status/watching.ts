import { setMaxListeners } from 'node:events';
import { isForbidden } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import { createInformer } from '../../cluster/create-informer.js';
import type { RunningInformer } from '../../cluster/informer.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { serinResources } from '../../model/resources.js';
import type { Shell } from '../shell.js';
import type { Target } from '../target.js';
import { statusView, type StatusObjects, type StatusView } from './view.js';

/** What a status is told from, kept true by watches. */
export interface WatchedStatus {
  view(): StatusView;
  /** The objects that the view is made of. */
  objects(): StatusObjects;
  /** Resolves at the next change, or after `milliseconds`; rejects when the shell's signal is aborted. */
  changed(milliseconds?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the watches of one namespace. @returns when all of them know what there is @throws ApiError when the caller may not see it all */
export async function watchStatus(client: ClusterClient, target: Pick<Target, 'kind' | 'namespace' | 'name'>, { clock, random, signal }: Shell): Promise<WatchedStatus> {
  const { namespace } = target;
  const stopping = new AbortController();
  // Every watch listens to it, which is no leak.
  setMaxListeners(100, stopping.signal);
  const stopAll = (): void => stopping.abort(signal.reason);
  if (signal.aborted) stopAll();
  else signal.addEventListener('abort', stopAll, { once: true });
  let refuse: (error: Error) => void = () => undefined;
  const refused = new Promise<never>((_resolve, reject) => (refuse = reject));
  refused.catch(() => undefined);
  // Watches try again for ever, which helps nobody who may not watch.
  const onError = (error: Error): void => {
    if (isForbidden(error)) refuse(error);
  };
  const start = <T extends KubernetesObject>(resource: Resource<T>): RunningInformer<T> => createInformer(client, resource, { namespace, clock, random, signal: stopping.signal, onError });
  const policies = start(serinResources.releasePolicies);
  const releases = start(serinResources.releases);
  const deployments = start(resources.deployments);
  const replicaSets = start(resources.replicaSets);
  const pods = start(resources.pods);
  const needed = [policies, releases, deployments, replicaSets, pods];
  // An older cluster knows no evidence, and not everybody may see it: the rest is told all the same.
  const evidence = createInformer(client, serinResources.evidence, { namespace, clock, random, signal: stopping.signal, onError: () => undefined });
  const all = [...needed, evidence];
  let wake = new AbortController();
  for (const informer of all) informer.onChange(() => wake.abort());
  const watched: WatchedStatus = {
    objects() {
      const release = target.kind === 'release' ? releases.get({ namespace, name: target.name }) : undefined;
      const policy = policies.get({ namespace, name: release?.spec.policy ?? target.name });
      const last = policy?.status?.release;
      const shown = release ?? (target.kind === 'policy' && last !== undefined ? releases.get({ namespace, name: last }) : undefined);
      return {
        policy,
        release: shown,
        evidence: shown && evidence.get({ namespace, name: shown.metadata.name })?.spec,
        deployments: deployments.list(), replicaSets: replicaSets.list(), pods: pods.list(),
      };
    },
    view: () => statusView(watched.objects()),
    async changed(milliseconds = Number.POSITIVE_INFINITY) {
      await untilWoken(wake.signal, milliseconds);
      wake = new AbortController();
    },
    async stop() {
      signal.removeEventListener('abort', stopAll);
      await Promise.all(all.map((informer) => informer.stop()));
    },
  };
  try {
    await Promise.race([Promise.all(needed.map((informer) => informer.untilSynced(stopping.signal))), refused]);
  } catch (error) {
    await watched.stop();
    throw error;
  }
  return watched;

  async function untilWoken(woken: AbortSignal, milliseconds: number): Promise<void> {
    if (woken.aborted) return;
    const cancelled = new AbortController();
    const cancel = (): void => cancelled.abort();
    woken.addEventListener('abort', cancel, { once: true });
    signal.addEventListener('abort', cancel, { once: true });
    try {
      if (signal.aborted) cancel();
      await clock.sleep(Math.min(milliseconds, 3_600_000), cancelled.signal);
    } catch {
      // Woken, or told to stop.
    } finally {
      signal.removeEventListener('abort', cancel);
    }
    signal.throwIfAborted();
  }
}
