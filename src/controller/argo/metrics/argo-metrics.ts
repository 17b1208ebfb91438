import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { isConflict, isNotFound } from '../../../cluster/api-error.js';
import type { Informer } from '../../../cluster/informer.js';
import { runPhases, type AnalysisRun, type AnalysisTemplate } from '../../../frontends/argo/kinds/analysis.js';
import type { Experiment } from '../../../frontends/argo/kinds/experiment.js';
import type { Rollout } from '../../../frontends/argo/kinds/rollout.js';
import { replicasOf } from '../../../frontends/argo/rollouts/template.js';
import type { KubernetesObject, ObjectName } from '../../../kubernetes/objects.js';
import type { Clock } from '../../../ports/clock.js';
import type { EventSink } from '../../context.js';
import { counter, gauge, histogram } from '../../metrics/registering.js';
import type { MetricDefinition } from '../../metrics/definitions.js';
import { NotLeading } from '../../writes.js';
import type { ArgoCaches } from '../argo-caches.js';
import { argoMetricDefinitions, failedPassDefinition, passDefinition, type TimedKind } from './definitions.js';
import { metricPhaseOf, runMetricsOf, strategyOf, templateMetricsOf, trafficRouterOf } from './values.js';

type Labels = Readonly<Record<string, string>>;
/** What is known of the passes over objects of a kind, and of which objects. */
interface Passes {
  readonly time: Histogram;
  readonly failed: Counter;
  readonly known: Map<string, Labels>;
}

/** The caches that are told of. */
interface Seen extends Pick<ArgoCaches, 'rollouts' | 'analysisTemplates' | 'clusterAnalysisTemplates'> {
  readonly analysisRuns: Informer<AnalysisRun>;
  readonly experiments: Informer<Experiment>;
}


/** The metrics of Argo Rollouts' own controller, from what the caches hold when they are asked for. */
export class ArgoMetrics {
  readonly #seen: Seen;
  readonly #tells: () => boolean;
  readonly #passes: Readonly<Record<TimedKind, Passes>>;
  readonly #events: Counter;
  readonly #eventLabels = new Map<string, Labels>();

  /** @param tells whether this is the process that tells of objects: the one that looks after them */
  constructor(registry: Registry, seen: Seen, tells: () => boolean) {
    this.#seen = seen;
    this.#tells = tells;
    this.#passes = { rollout: this.#passesOf(registry, 'rollout'), analysis_run: this.#passesOf(registry, 'analysis_run'), experiment: this.#passesOf(registry, 'experiment') };
    this.#events = counter(registry, argoMetricDefinitions.events, (own) => forgetGone(own, this.#eventLabels, (at) => this.#has('rollout', at)));
    this.#observeRollouts(registry);
    this.#observeRuns(registry);
    this.#observeTemplates(registry);
    this.#observeExperiments(registry);
  }

  /** Times a pass over an object, and counts it where it failed. */
  async timed<T>(kind: TimedKind, at: ObjectName, clock: Clock, pass: () => Promise<T>): Promise<T> {
    const { time, failed, known } = this.#passes[kind];
    const start = clock.monotonic();
    const labels = { namespace: at.namespace ?? '', name: at.name };
    try {
      return await pass();
    } catch (error) {
      // Somebody was faster, or leads: nothing is wrong.
      if (!(error instanceof NotLeading) && !isConflict(error) && !isNotFound(error)) failed.inc(labels);
      throw error;
    } finally {
      known.set(keyOf(labels), labels);
      time.observe(labels, (clock.monotonic() - start) / 1000);
    }
  }

  /** Events that are counted before they are told, where they are about a Rollout. */
  counting(events: EventSink): EventSink {
    const count = ({ kind, metadata: { namespace = '', name } }: KubernetesObject, type: string, reason: string): void => {
      if (kind !== 'Rollout') return;
      const labels = { namespace, name, type, reason };
      this.#eventLabels.set(keyOf(labels), labels);
      this.#events.inc(labels);
    };
    return {
      record(about, what, type) {
        count(about, type, what.code);
        events.record(about, what, type);
      },
      note(about, what) {
        count(about, what.type, what.reason);
        events.note(about, what);
      },
    };
  }

  #passesOf(registry: Registry, kind: TimedKind): Passes {
    const known = new Map<string, Labels>();
    const has = (at: Labels): boolean => this.#has(kind, at);
    // Both are read at once: the one that is read last forgets what is known.
    const time = histogram(registry, passDefinition(kind), (own) => removeGone(own, known, has));
    const failed = counter(registry, failedPassDefinition(kind), (own) => forgetGone(own, known, has));
    return { time, failed, known };
  }

  #has(kind: TimedKind, { namespace = '', name = '' }: Labels): boolean {
    const { rollouts, analysisRuns, experiments } = this.#seen;
    const informer = { rollout: rollouts, analysis_run: analysisRuns, experiment: experiments }[kind];
    return this.#tells() && informer.get({ namespace, name }) !== undefined;
  }

  /** A metric whose values are made anew each time. */
  #each<T extends KubernetesObject>(registry: Registry, definition: MetricDefinition, objects: () => readonly T[], values: (object: T) => readonly (readonly [more: Labels, value: number])[]): Gauge {
    return gauge(registry, definition, (own) => {
      own.reset();
      if (!this.#tells()) return;
      for (const object of objects()) {
        const { namespace = '', name } = object.metadata;
        for (const [more, value] of values(object)) own.set({ namespace, name, ...more }, value);
      }
    });
  }

  #observeRollouts(registry: Registry): void {
    const { rollout, available, unavailable, desired, updated, rolloutPhase } = argoMetricDefinitions;
    const all = (): Rollout[] => this.#seen.rollouts.list();
    this.#each(registry, rollout, all, (each) => [[{ strategy: strategyOf(each), traffic_router: trafficRouterOf(each), phase: metricPhaseOf(each) }, 1]]);
    this.#each(registry, available, all, ({ status = {} }) => [[{}, status.availableReplicas ?? 0]]);
    this.#each(registry, unavailable, all, ({ status = {} }) => [[{}, (status.replicas ?? 0) - (status.availableReplicas ?? 0)]]);
    this.#each(registry, desired, all, (each) => [[{}, replicasOf(each)]]);
    this.#each(registry, updated, all, ({ status = {} }) => [[{}, status.updatedReplicas ?? 0]]);
    this.#each(registry, rolloutPhase, all, (each) => rolloutPhase.labels.phase.map((phase) => [{ strategy: strategyOf(each), phase }, metricPhaseOf(each) === phase ? 1 : 0]));
  }

  #observeRuns(registry: Registry): void {
    const { run, runPhase, runMetricType, runMetricPhase } = argoMetricDefinitions;
    const all = (): AnalysisRun[] => this.#seen.analysisRuns.list();
    this.#each(registry, run, all, ({ status }) => [[{ phase: status?.phase ?? '' }, 1]]);
    this.#each(registry, runPhase, all, ({ status }) => byPhase(status?.phase));
    this.#each(registry, runMetricType, all, (each) => runMetricsOf(each).map(({ metric, type }) => [{ metric, type }, 1]));
    this.#each(registry, runMetricPhase, all, (each) => runMetricsOf(each).flatMap(({ metric, type, dryRun, phase }) => byPhase(phase, { metric, type, dry_run: String(dryRun) })));
  }

  #observeTemplates(registry: Registry): void {
    const { template, templateMetric } = argoMetricDefinitions;
    const all = (): AnalysisTemplate[] => [...this.#seen.analysisTemplates.list(), ...(this.#seen.clusterAnalysisTemplates?.list() ?? [])];
    this.#each(registry, template, all, () => [[{}, 1]]);
    this.#each(registry, templateMetric, all, (each) => templateMetricsOf(each).map((labels) => [labels, 1]));
  }

  #observeExperiments(registry: Registry): void {
    const { experiment, experimentPhase } = argoMetricDefinitions;
    const all = (): Experiment[] => this.#seen.experiments.list();
    this.#each(registry, experiment, all, ({ status }) => [[{ phase: status?.phase ?? '' }, 1]]);
    this.#each(registry, experimentPhase, all, ({ status }) => byPhase(status?.phase));
  }
}

const keyOf = (labels: Labels): string => JSON.stringify(labels);

/** 1 for the phase that it is, 0 for the others. What has none is about to begin. */
const byPhase = (phase: string = runPhases[0], more: Labels = {}): [Labels, number][] => runPhases.map((each) => [{ ...more, phase: each }, each === phase ? 1 : 0]);

function removeGone(metric: Counter | Histogram, known: ReadonlyMap<string, Labels>, has: (at: Labels) => boolean): void {
  for (const labels of known.values()) if (!has(labels)) metric.remove(labels);
}

function forgetGone(metric: Counter, known: Map<string, Labels>, has: (at: Labels) => boolean): void {
  removeGone(metric, known, has);
  for (const [key, labels] of known) if (!has(labels)) known.delete(key);
}
