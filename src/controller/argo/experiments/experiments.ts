import { isConflict, isNotFound } from '../../../cluster/api-error.js';
import type { Informer } from '../../../cluster/informer.js';
import { createWorkQueue } from '../../../cluster/work-queue.js';
import { advanceExperiment } from '../../../frontends/argo/experiments/advance.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { controllerOf } from '../../../kubernetes/owners.js';
import type { FrontendLoop, FrontendParts } from '../../frontend-loop.js';
import { nobodyElse, type OtherController } from '../../other-controller.js';
import { NotLeading } from '../../writes.js';
import type { ArgoCaches } from '../argo-caches.js';
import type { ArgoMetrics } from '../metrics/argo-metrics.js';
import { experimentAt, experimentKey, type ExperimentContext } from './context.js';
import { reconcileExperiment } from './reconcile-experiment.js';

/** How many Experiments are worked on at once. */
const WORKERS = 4;

export interface ExperimentsOptions {
  readonly advance?: typeof advanceExperiment;
  readonly metrics?: Pick<ArgoMetrics, 'timed'> | undefined;
  /** Who else may look after them; nobody when absent. */
  readonly others?: Pick<OtherController, 'about'>;
}

/** Serves Argo's Experiments: starts their loop. @param options.advance what decides; another one for tests @param options.metrics told of passes */
export function startExperiments(parts: FrontendParts, argo: ArgoCaches, { advance = advanceExperiment, metrics, others = nobodyElse }: ExperimentsOptions = {}): FrontendLoop {
  const { writing, caches, clock, random, onError } = parts;
  const context: ExperimentContext = { ...writing, caches, argo, clock, advance, events: parts.events, refused: new Map(), others };
  let filled = false;
  const queue = createWorkQueue(
    async (key) => {
      // A cache that is not filled looks like a cluster where everything was deleted.
      if (!filled) return undefined;
      if (!writing.leadership.mayWrite()) return void context.refused.delete(key);
      try {
        const pass = (): Promise<number | undefined> => reconcileExperiment(context, experimentAt(key));
        const again = await (metrics ? metrics.timed('experiment', experimentAt(key), clock, pass) : pass());
        context.conflicts.ended(keyOfRefusals(key));
        return again === undefined ? undefined : { againAfter: Math.max(0, again - clock.now()) };
      } catch (error) {
        if (error instanceof NotLeading) return void context.refused.delete(key);
        if (!(error instanceof Error) || !(isConflict(error) || isNotFound(error))) throw error;
        // Somebody else wrote first, or what we knew is gone: the change that did it brings the key back, but be sure.
        const { againAfter, tells } = context.conflicts.refused(keyOfRefusals(key), error);
        if (tells) onError(error, `experiment/${key}`);
        return { againAfter };
      }
    },
    { clock, random, workers: WORKERS, onError: (key, error) => onError(error, `experiment/${key}`) },
  );
  const everything = (): void => {
    for (const { metadata } of argo.experiments.list()) queue.add(experimentKey({ namespace: metadata.namespace ?? '', name: metadata.name }));
  };
  const touch = (object: KubernetesObject): void => {
    const { namespace = '', name } = object.metadata;
    if (object.kind === 'Experiment') return queue.add(experimentKey({ namespace, name }));
    const owner = controllerOf(object);
    if (owner?.kind === 'Experiment') queue.add(experimentKey({ namespace, name: owner.name }));
  };
  return {
    watch<T extends KubernetesObject>(informer: Informer<T>) {
      const { kind } = informer.resource;
      if (TOUCHING.has(kind)) informer.onChange(({ object }) => touch(object));
    },
    untilReady() {
      filled = true;
      everything();
      return Promise.resolve();
    },
    missing: () => [],
    queueDepth: () => queue.busy,
    lookAtEverything: everything,
    stop: () => queue.stop(),
  };
}

/** Kinds whose changes matter to the Experiment that owns them. What has yet to begin fails at once where its templates are missing, so those need not be watched. */
const TOUCHING: ReadonlySet<string> = new Set(['Experiment', 'ReplicaSet', 'Service', 'AnalysisRun']);

const keyOfRefusals = (key: string): string => `experiment/${key}`;
