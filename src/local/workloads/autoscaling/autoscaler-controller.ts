import { isConflict } from '../../../cluster/api-error.js';
import type { Informer } from '../../../cluster/informer.js';
import type { WorkQueue } from '../../../cluster/work-queue.js';
import { timestamp } from '../../../kubernetes/conditions.js';
import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerStatus, MetricStatus } from '../../../kubernetes/generated/autoscaling-v2.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { deepEqual } from '../../../kubernetes/json.js';
import { quantityAsNumber } from '../../../kubernetes/quantity.js';
import { resources } from '../../../kubernetes/resources.js';
import { parseLabelSelector } from '../../../kubernetes/selectors.js';
import type { Controller, WorkloadContext } from '../loop/context.js';
import { createKeyLoop } from '../loop/key-loop.js';
import { KindFinder } from '../loop/kind-finder.js';
import { keyOf, nameOf } from '../loop/object-key.js';
import { ScaleClient, type ObservedScale } from '../loop/scale-subresource.js';
import { AutoscalerConditions } from './autoscaler-conditions.js';
import { MetricError, proposeFor, type MetricContext, type MetricProposal } from './metric-proposal.js';
import { MetricSource } from './metric-source.js';
import type { Tolerances } from './replica-calculator.js';
import { ScalingHistory } from './scaling-history.js';

const COMPONENT = 'horizontal-pod-autoscaler';
const TOLERANCE = 0.1;
const DOWN_WINDOW_MS = 300_000;

/** What the metrics of one autoscaler come to. */
interface Computed {
  /** Undefined when the metrics cannot be trusted. */
  readonly best: MetricProposal | undefined;
  readonly statuses: MetricStatus[];
  readonly failure: Error | undefined;
}

/** Scales what HorizontalPodAutoscalers target by their metrics. */
export class AutoscalerController implements Controller {
  readonly #context: WorkloadContext;
  readonly #period: number;
  readonly #autoscalers: Informer<HorizontalPodAutoscaler>;
  readonly #pods: Informer<Pod>;
  readonly #scales: ScaleClient;
  readonly #source: MetricSource;
  readonly #histories = new Map<string, ScalingHistory>();
  /** Which Pods each autoscaler counts, to see two that count the same. */
  readonly #selectors = new Map<string, string>();
  readonly #loop: WorkQueue;
  #unsubscribe: () => void = () => undefined;

  /** @param period milliseconds between two looks at an autoscaler's metrics */
  constructor(context: WorkloadContext, period: number) {
    this.#context = context;
    this.#period = period;
    this.#autoscalers = context.informers.of(resources.horizontalPodAutoscalers);
    this.#pods = context.informers.of(resources.pods);
    const kinds = new KindFinder(context.client);
    this.#scales = new ScaleClient(context.client, kinds);
    this.#source = new MetricSource(context.client, kinds);
    this.#loop = createKeyLoop({ ...context, name: 'autoscaler', sync: (key, signal) => this.#sync(key, signal) });
  }

  start(): void {
    this.#unsubscribe = this.#autoscalers.onChange((change) => {
      const key = keyOf(change.object);
      // A namesake that comes later starts anew, too.
      if (change.type !== 'changed') this.#histories.delete(key);
      if (change.type === 'deleted') {
        this.#selectors.delete(key);
        this.#loop.drop(key);
      } else if (change.type === 'added' || !deepEqual(change.before.spec, change.object.spec)) this.#loop.add(key);
    });
    for (const autoscaler of this.#autoscalers.list()) this.#loop.add(keyOf(autoscaler));
  }

  async stop(): Promise<void> {
    this.#unsubscribe();
    await this.#loop.stop();
  }

  async #sync(key: string, signal: AbortSignal): Promise<number | undefined> {
    const autoscaler = this.#autoscalers.get(nameOf(key));
    if (autoscaler === undefined) return undefined;
    try {
      await this.#reconcile(key, autoscaler, signal);
    } catch (error) {
      if (isConflict(error) || signal.aborted) throw error;
      this.#context.log.debug({ controller: 'autoscaler', key, error: error instanceof Error ? error.message : String(error) }, 'will look again');
    }
    return this.#period;
  }

  async #reconcile(key: string, autoscaler: HorizontalPodAutoscaler, signal: AbortSignal): Promise<void> {
    const { clock } = this.#context;
    const { spec } = autoscaler;
    const status = known(autoscaler.status);
    const target = { name: spec.scaleTargetRef.name, namespace: autoscaler.metadata.namespace ?? '' };
    const conditions = new AutoscalerConditions(status?.conditions, timestamp(clock.now()));
    const failed = async (type: string, reason: string, message: string, event: string, statuses?: MetricStatus[], current?: number): Promise<void> => {
      conditions.set(type, 'False', reason, message);
      this.#tell(autoscaler, 'Warning', reason === 'FailedUpdateScale' ? 'FailedRescale' : reason, event);
      await this.#write(autoscaler, this.#status(status, conditions, current ?? status?.currentReplicas, status?.desiredReplicas ?? 0, statuses ?? status?.currentMetrics), signal);
    };

    let scale: ObservedScale;
    try {
      const found = await this.#scales.read(spec.scaleTargetRef, target, signal);
      if (found === undefined) throw new Error(`${spec.scaleTargetRef.kind} ${JSON.stringify(target.name)} not found`);
      scale = found;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return failed('AbleToScale', 'FailedGetScale', `the HPA controller was unable to get the target's current scale: ${message}`, message);
    }
    conditions.set('AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale");
    const history = this.#histories.get(key) ?? new ScalingHistory(scale.wanted, clock.monotonic());
    this.#histories.set(key, history);

    const minimum = spec.minReplicas ?? 1;
    let [desired, reason, statuses]: [number, string, MetricStatus[] | undefined] = [scale.wanted, '', undefined];
    if (scale.wanted === 0) {
      conditions.set('ScalingActive', 'False', 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero');
    } else if (scale.wanted > spec.maxReplicas) {
      [desired, reason] = [spec.maxReplicas, 'Current number of replicas above Spec.MaxReplicas'];
    } else if (scale.wanted < minimum) {
      [desired, reason] = [minimum, 'Current number of replicas below Spec.MinReplicas'];
    } else {
      const computed = await this.#compute(key, autoscaler, scale, conditions, signal);
      statuses = computed.statuses;
      if (computed.best === undefined) {
        this.#tell(autoscaler, 'Warning', 'FailedComputeMetricsReplicas', computed.failure?.message ?? '');
        return this.#write(autoscaler, this.#status(status, conditions, scale.wanted, status?.desiredReplicas ?? 0, statuses), signal);
      }
      const { best } = computed;
      if (best.replicas > scale.wanted) reason = `${best.name} above target`;
      if (best.replicas < scale.wanted) reason = 'All metrics below target';
      desired = this.#normalize(history, autoscaler, best.replicas, scale.wanted, { minimum, maximum: spec.maxReplicas }, conditions);
    }
    if (desired === scale.wanted) return this.#write(autoscaler, this.#status(status, conditions, scale.wanted, desired, statuses), signal);
    try {
      await this.#scales.write(scale, target, desired, signal);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const event = `New size: ${desired}; reason: ${reason}; error: ${message}`;
      return failed('AbleToScale', 'FailedUpdateScale', `the HPA controller was unable to update the target scale: ${message}`, event, statuses, scale.wanted);
    }
    conditions.set('AbleToScale', 'True', 'SucceededRescale', `the HPA controller was able to update the target scale to ${desired}`);
    this.#tell(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`);
    history.scaled(scale.wanted, desired, spec.behavior, clock.monotonic());
    const scaled = { ...this.#status(status, conditions, scale.wanted, desired, statuses), lastScaleTime: timestamp(clock.now()) };
    return this.#write(autoscaler, scaled, signal);
  }

  /** The highest that any metric asks for. One that fails forbids to scale down. */
  async #compute(key: string, autoscaler: HorizontalPodAutoscaler, scale: ObservedScale, conditions: AutoscalerConditions, signal: AbortSignal): Promise<Computed> {
    const nothing = { best: undefined, statuses: [] };
    let pods: Pod[];
    try {
      pods = this.#countedPods(key, autoscaler, scale.selector, conditions);
    } catch (error) {
      return { ...nothing, failure: error instanceof Error ? error : new Error(String(error)) };
    }
    const { spec, metadata } = autoscaler;
    const context: MetricContext = {
      source: this.#source,
      namespace: metadata.namespace ?? '',
      selector: scale.selector,
      pods,
      wanted: scale.wanted,
      current: scale.current,
      tolerances: tolerancesOf(autoscaler),
      now: this.#context.clock.now(),
      signal,
    };
    const proposals: MetricProposal[] = [];
    const failures: MetricError[] = [];
    for (const metric of spec.metrics ?? []) {
      try {
        proposals.push(await proposeFor(metric, context));
      } catch (error) {
        if (!(error instanceof MetricError) || signal.aborted) throw error;
        this.#tell(autoscaler, 'Warning', error.reason, error.detail);
        failures.push(error);
      }
    }
    const statuses = proposals.map(({ status }) => status);
    const best = proposals.reduce<MetricProposal | undefined>((most, each) => (most === undefined || each.replicas > most.replicas ? each : most), undefined);
    const [first] = failures;
    const failure = first && new Error(`invalid metrics (${failures.length} invalid out of ${spec.metrics?.length ?? 0}), first error is: ${first.message}`);
    if (best === undefined || (first !== undefined && best.replicas < scale.wanted)) {
      if (first !== undefined) conditions.set('ScalingActive', 'False', first.reason, `the HPA was unable to compute the replica count: ${first.detail}`);
      return { best: undefined, statuses, failure };
    }
    conditions.set('ScalingActive', 'True', 'ValidMetricFound', `the HPA was able to successfully calculate a replica count from ${best.name}`);
    return { best, statuses, failure };
  }

  /** All Pods of the scale's selector, whoever controls them. @throws Error, with its condition set, where that cannot be told */
  #countedPods(key: string, autoscaler: HorizontalPodAutoscaler, selector: string, conditions: AutoscalerConditions): Pod[] {
    const refuse = (reason: string, event: string, message: string): Error => {
      this.#tell(autoscaler, 'Warning', event, message);
      conditions.set('ScalingActive', 'False', reason, message);
      return new Error(message);
    };
    if (selector === '') throw refuse('InvalidSelector', 'SelectorRequired', "the HPA target's scale is missing a selector");
    const { namespace = '' } = autoscaler.metadata;
    const matcher = parseLabelSelector(selector);
    const pods = this.#pods.list({ namespace }).filter(({ metadata }) => matcher.matches(metadata.labels));
    this.#selectors.set(key, selector);
    // A look that was under way when an autoscaler was deleted may have noted it once more.
    for (const other of this.#selectors.keys()) if (this.#autoscalers.get(nameOf(other)) === undefined) this.#selectors.delete(other);
    const rivals = [...this.#selectors].filter(([other, text]) => {
      if (other === key || nameOf(other).namespace !== namespace) return false;
      const theirs = parseLabelSelector(text);
      return pods.some(({ metadata }) => theirs.matches(metadata.labels));
    });
    if (rivals.length === 0) return pods;
    throw refuse('AmbiguousSelector', 'AmbiguousSelector', `pods by selector ${selector} are controlled by multiple HPAs: [${[key, ...rivals.map(([other]) => other)].sort().join(' ')}]`);
  }

  #normalize(history: ScalingHistory, { spec }: HorizontalPodAutoscaler, desired: number, current: number, limits: { minimum: number; maximum: number }, conditions: AutoscalerConditions): number {
    const now = this.#context.clock.monotonic();
    const stable = history.stabilize(desired, current, spec.behavior, DOWN_WINDOW_MS, now);
    conditions.set('AbleToScale', 'True', stable.reason, stable.message);
    const limited = history.limit(stable.replicas, current, limits, spec.behavior, now);
    conditions.set('ScalingLimited', limited.replicas === stable.replicas ? 'False' : 'True', limited.reason, limited.message);
    return limited.replicas;
  }

  #status(before: HorizontalPodAutoscalerStatus | undefined, conditions: AutoscalerConditions, current: number | undefined, desired: number, statuses: MetricStatus[] | undefined): HorizontalPodAutoscalerStatus {
    return {
      ...(current !== undefined && { currentReplicas: current }),
      desiredReplicas: desired,
      ...(before?.lastScaleTime !== undefined && { lastScaleTime: before.lastScaleTime }),
      ...(statuses !== undefined && statuses.length > 0 && { currentMetrics: statuses }),
      conditions: conditions.list,
    };
  }

  async #write(autoscaler: HorizontalPodAutoscaler, status: HorizontalPodAutoscalerStatus, signal: AbortSignal): Promise<void> {
    if (deepEqual(known(autoscaler.status), status)) return;
    const written = await this.#context.client.replace(resources.horizontalPodAutoscalers, { ...autoscaler, status }, { subresource: 'status', signal });
    this.#autoscalers.remember(written);
  }

  #tell(autoscaler: HorizontalPodAutoscaler, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#context.events.record(COMPONENT, autoscaler, { type, reason, message });
  }
}

/** The status as it was written: the server says `null` for a list that is not there. */
function known(status: HorizontalPodAutoscalerStatus | undefined): HorizontalPodAutoscalerStatus | undefined {
  if (status === undefined || Array.isArray(status.currentMetrics)) return status;
  const { currentMetrics: _none, ...rest } = status;
  return rest;
}

function tolerancesOf({ spec }: HorizontalPodAutoscaler): Tolerances {
  const of = (tolerance: string | number | undefined): number => (tolerance === undefined ? TOLERANCE : quantityAsNumber(tolerance));
  return { down: of(spec.behavior?.scaleDown?.tolerance), up: of(spec.behavior?.scaleUp?.tolerance) };
}
