import { createInformer } from '../../cluster/create-informer.js';
import type { Informer, RunningInformer } from '../../cluster/informer.js';
import type { AnalysisRun, AnalysisTemplate } from '../../frontends/argo/kinds/analysis.js';
import type { Experiment } from '../../frontends/argo/kinds/experiment.js';
import type { Rollout } from '../../frontends/argo/kinds/rollout.js';
import { argoResources } from '../../frontends/argo/resources.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { BlindSpots } from '../blind-spots.js';
import type { CachingOptions } from '../caching.js';

/** What is seen of Argo's kinds; one set for the loops over Rollouts, AnalysisRuns and Experiments. */
export interface ArgoCaches {
  readonly rollouts: Informer<Rollout>;
  readonly analysisTemplates: Informer<AnalysisTemplate>;
  /** Undefined for a controller that works in one namespace. */
  readonly clusterAnalysisTemplates: Informer<AnalysisTemplate> | undefined;
  readonly analysisRuns: RunningInformer<AnalysisRun>;
  readonly experiments: RunningInformer<Experiment>;
  /** Why kinds that nothing can be done without cannot be watched at the moment. */
  readonly missing: readonly string[];
  untilSynced(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts to watch Argo's kinds. */
export function createArgoCaches(options: CachingOptions): ArgoCaches {
  const { client, clock, random, signal } = options;
  const blind = new BlindSpots();
  const running: RunningInformer<KubernetesObject>[] = [];
  const start = <T extends KubernetesObject>(resource: Resource<T>, keepManagedFields = false): RunningInformer<T> => {
    const onError = (error: Error): void => {
      const text = blind.failed(resource, error);
      if (text !== undefined) options.onError(text === error.message ? error : new Error(text, { cause: error }));
    };
    const place = options.namespace === undefined || !resource.namespaced ? {} : { namespace: options.namespace };
    const informer = createInformer(client, resource, { clock, random, signal, onError, onListed: () => void blind.seen(resource), ...place, keepManagedFields });
    running.push(informer as unknown as RunningInformer<KubernetesObject>);
    options.watch(informer);
    return informer;
  };
  return {
    // Who else writes their status is seen by who owns its fields.
    rollouts: start(argoResources.rollouts, true),
    analysisTemplates: start(argoResources.analysisTemplates),
    clusterAnalysisTemplates: options.namespace === undefined ? start(argoResources.clusterAnalysisTemplates) : undefined,
    analysisRuns: start(argoResources.analysisRuns, true),
    experiments: start(argoResources.experiments, true),
    get missing() {
      return running.flatMap(({ resource }) => blind.about(resource) ?? []);
    },
    async untilSynced() {
      await Promise.all(running.map((informer) => informer.untilSynced(signal)));
    },
    async stop() {
      await Promise.all(running.map((informer) => informer.stop()));
    },
  };
}
