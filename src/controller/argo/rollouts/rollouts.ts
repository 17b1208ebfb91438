import { isConflict, isNotFound } from '../../../cluster/api-error.js';
import type { Informer } from '../../../cluster/informer.js';
import { createWorkQueue } from '../../../cluster/work-queue.js';
import { advanceRollout } from '../../../frontends/argo/advance.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { message } from '../../../model/messages.js';
import { AppliedObjects } from '../../applications/applied-objects.js';
import { ApplyRefused } from '../../applications/apply-objects.js';
import type { FrontendLoop, FrontendParts } from '../../frontend-loop.js';
import type { OtherController } from '../../other-controller.js';
import { NotLeading } from '../../writes.js';
import type { ArgoCaches } from '../argo-caches.js';
import { ConcernedRollouts } from './concerned.js';
import type { ArgoMetrics } from '../metrics/argo-metrics.js';
import { rolloutAt, rolloutKey, type RolloutContext, type RolloutName } from './context.js';
import { letGoOf, reconcileRollout } from './reconcile-rollout.js';

/** How many Rollouts are worked on at once. */
const WORKERS = 4;
/** No pass follows another one sooner by time alone, in milliseconds: a time that has passed is not to keep a worker busy. */
const SOONEST = 100;

export interface RolloutsOptions {
  readonly advance?: typeof advanceRollout;
  readonly metrics?: Pick<ArgoMetrics, 'timed'> | undefined;
}

/**
 * Serves Argo's Rollouts: starts their loop.
 * @param others who else may look after them @param options.advance what decides; another one for tests @param options.metrics told of passes
 */
export function startRollouts(parts: FrontendParts, argo: ArgoCaches, others: Pick<OtherController, 'about'>, { advance = advanceRollout, metrics }: RolloutsOptions = {}): FrontendLoop {
  const { writing, caches, clock, random, onError } = parts;
  let filled = false;
  const queue = createWorkQueue(
    async (key) => {
      const at = rolloutAt(key);
      // A cache that is not filled looks like a cluster where everything was deleted.
      if (!filled) return undefined;
      if (!writing.leadership.mayWrite()) return letGoOf(context, at);
      try {
        const pass = (): Promise<number | undefined> => reconcileRollout(context, at);
        const again = await (metrics ? metrics.timed('rollout', at, clock, pass) : pass());
        context.conflicts.ended(keyOfRefusals(key));
        return again === undefined ? undefined : { againAfter: Math.max(SOONEST, again - clock.now()) };
      } catch (error) {
        if (error instanceof NotLeading) return letGoOf(context, at);
        // Somebody else wrote first, or what we knew is gone: the change that did it brings the key back, but be sure.
        if (error instanceof Error && (isConflict(error) || isNotFound(error))) return { againAfter: refused(at, error) };
        throw error;
      }
    },
    // What is refused has been told, as a condition and as an Event.
    { clock, random, workers: WORKERS, onError: (key, error) => (error instanceof ApplyRefused ? undefined : onError(error, `rollout/${key}`)) },
  );
  /** @returns milliseconds until the next try */
  const refused = (at: RolloutName, error: Error): number => {
    const { againAfter, tells } = context.conflicts.refused(keyOfRefusals(rolloutKey(at)), error);
    const rollout = tells ? argo.rollouts.get(at) : undefined;
    if (tells) onError(error, `rollout/${rolloutKey(at)}`);
    if (rollout) context.events.record(rollout, message('WriteRefused', { detail: error.message }), 'Warning');
    return againAfter;
  };
  const concerned = new ConcernedRollouts(caches, () => argo);
  const context: RolloutContext = {
    ...writing, caches, clock, argo, others, advance,
    signal: parts.signal,
    events: parts.events,
    applied: new AppliedObjects(),
    refused: new Map(),
    toldOfOthers: new Map(),
  };
  return {
    watch<T extends KubernetesObject>(informer: Informer<T>) {
      if (!TOUCHING.has(informer.resource.kind)) return;
      informer.onChange((change) => {
        for (const at of concerned.of(change.object)) queue.add(rolloutKey(at));
      });
    },
    untilReady() {
      filled = true;
      return Promise.resolve();
    },
    missing: () => [],
    queueDepth: () => queue.busy,
    lookAtEverything() {
      for (const { metadata } of argo.rollouts.list()) queue.add(rolloutKey({ namespace: metadata.namespace ?? '', name: metadata.name }));
    },
    stop: () => queue.stop(),
  };
}

/** Kinds whose changes matter to a Rollout. */
const TOUCHING: ReadonlySet<string> = new Set([
  ...['Rollout', 'AnalysisTemplate', 'ClusterAnalysisTemplate', 'AnalysisRun', 'Experiment', 'ReleasePolicy', 'Release'],
  ...['Deployment', 'ReplicaSet', 'Pod', 'Service', 'EndpointSlice', 'Ingress', 'VirtualService', 'DestinationRule', 'HTTPRoute', 'GRPCRoute'],
]);

const keyOfRefusals = (key: string): string => `rollout/${key}`;
