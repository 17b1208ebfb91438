import type { MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from '../../../kubernetes/generated/autoscaling-v2.js';
import type { LabelSelector } from '../../../kubernetes/generated/meta-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { canonicalQuantity } from '../../../kubernetes/quantity.js';
import { labelMatcher } from '../../../kubernetes/selectors.js';
import { milli, type MetricSource } from './metric-source.js';
import { averageReplicas, requestsOf, sharedReplicas, totalReplicas, utilizationReplicas, type Proposal, type Tolerances } from './replica-calculator.js';

/** What one metric of an autoscaler says. */
export interface MetricProposal {
  readonly replicas: number;
  /** As the Events and conditions name the metric. */
  readonly name: string;
  readonly status: MetricStatus;
}

/** Why a metric says nothing. */
export class MetricError extends Error {
  override readonly name = 'MetricError';
  /** Of the condition ScalingActive, such as `FailedGetResourceMetric`. */
  readonly reason: string;
  /** For the condition, without what the Event says of the whole. */
  readonly detail: string;

  constructor(reason: string, what: string, detail: string) {
    super(`failed to get ${what} metric value: ${detail}`);
    this.reason = reason;
    this.detail = detail;
  }
}

/** What a metric is read and weighed with. */
export interface MetricContext {
  readonly source: MetricSource;
  readonly namespace: string;
  /** Of the scale, in its text form. */
  readonly selector: string;
  readonly pods: readonly Pod[];
  /** What the target is to have, and has. */
  readonly wanted: number;
  readonly current: number;
  readonly tolerances: Tolerances;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** How many replicas one metric asks for. @throws MetricError */
export async function proposeFor(spec: MetricSpec, context: MetricContext): Promise<MetricProposal> {
  const { resource, containerResource, pods, object, external } = spec;
  if (resource !== undefined) {
    return named('FailedGetResourceMetric', `${resource.name} resource`, async () => {
      const { proposal, name, current } = await ofResource(resource.name, resource.target, undefined, context);
      return { replicas: proposal.replicas, name, status: { type: 'Resource', resource: { name: resource.name, current } } };
    });
  }
  if (containerResource !== undefined) {
    const { container, name: resourceName, target } = containerResource;
    return named('FailedGetContainerResourceMetric', `${container} container`, async () => {
      const { proposal, name, current } = await ofResource(resourceName, target, container, context);
      return { replicas: proposal.replicas, name, status: { type: 'ContainerResource', containerResource: { name: resourceName, container, current } } };
    });
  }
  const { source, namespace, selector, signal, tolerances, wanted, current } = context;
  if (pods !== undefined) {
    return named('FailedGetPodsMetric', 'pods', async () => {
      const samples = await fetched(`unable to get metric ${pods.metric.name}`, source.pods(pods.metric.name, namespace, selector, textOf(pods.metric.selector), signal));
      const { replicas, usage } = averageReplicas({ ...context, samples, current: wanted, cpu: false }, targetOf(pods.target.averageValue));
      return { replicas, name: `pods metric ${pods.metric.name}`, status: { type: 'Pods', pods: { metric: pods.metric, current: { averageValue: quantity(usage) } } } };
    });
  }
  if (object !== undefined) {
    return named('FailedGetObjectMetric', 'object', async () => {
      const { metric, describedObject, target } = object;
      const place = `${describedObject.kind} ${namespace}/${describedObject.name}`;
      const value = await fetched(`unable to get metric ${metric.name}`, source.object(metric.name, namespace, describedObject, textOf(metric.selector), signal), ` on ${place}`);
      const proposal = ofValue(value, target, 'object', context);
      const name = target.averageValue === undefined ? `${describedObject.kind} metric ${metric.name}` : `external metric ${metric.name}(${textOf(metric.selector)})`;
      return { replicas: proposal.replicas, name, status: { type: 'Object', object: { metric, describedObject, current: valueStatus(proposal, target) } } };
    });
  }
  if (external !== undefined) {
    const { metric, target } = external;
    return named('FailedGetExternalMetric', `${metric.name} external`, async () => {
      const labels = textOf(metric.selector);
      const values = await fetched(`unable to get external metric ${namespace}/${metric.name}/${labels}`, source.external(metric.name, namespace, labels, signal));
      const proposal = ofValue(values.reduce((total, value) => total + value, 0), target, 'external', { ...context, tolerances, wanted, current });
      return { replicas: proposal.replicas, name: `external metric ${metric.name}(${labels})`, status: { type: 'External', external: { metric, current: valueStatus(proposal, target) } } };
    });
  }
  throw new MetricError('InvalidMetricSourceType', spec.type, `unknown metric source type ${JSON.stringify(spec.type)}`);
}

async function named(reason: string, what: string, propose: () => Promise<MetricProposal>): Promise<MetricProposal> {
  try {
    return await propose();
  } catch (error) {
    throw new MetricError(reason, what, error instanceof Error ? error.message : String(error));
  }
}

async function fetched<T>(doing: string, reading: Promise<T>, place = ''): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw new Error(`${doing}: ${error instanceof Error ? error.message : String(error)}${place}`, { cause: error });
  }
}

interface ResourceProposal {
  readonly proposal: Proposal;
  readonly name: string;
  readonly current: MetricValueStatus;
}

async function ofResource(resource: string, target: MetricTarget, container: string | undefined, context: MetricContext): Promise<ResourceProposal> {
  const { source, namespace, selector, signal, pods, wanted } = context;
  const form = target.averageValue === undefined ? 'utilization' : 'usage';
  const samples = await fetched(`failed to get ${resource} ${form}: unable to get metrics for resource ${resource}`, source.resource(resource, namespace, selector, container, signal));
  const observed = { ...context, samples, current: wanted, cpu: resource === 'cpu' };
  if (target.averageValue !== undefined) {
    const proposal = averageReplicas(observed, targetOf(target.averageValue));
    return { proposal, name: `${resource} resource`, current: { averageValue: quantity(proposal.usage, resource === 'memory') } };
  }
  if (target.averageUtilization === undefined) throw new Error('invalid resource metric source: neither an average utilization target nor an average value (usage) target was set');
  const proposal = await prefixed(`failed to get ${resource} utilization`, () => utilizationReplicas(observed, requestsOf(pods, resource, container), target.averageUtilization ?? 100));
  const name = `${resource} ${container === undefined ? '' : 'container '}resource utilization (percentage of request)`;
  return { proposal, name, current: { averageUtilization: proposal.utilization ?? 0, averageValue: quantity(proposal.usage, resource === 'memory') } };
}

async function prefixed<T>(doing: string, act: () => T): Promise<T> {
  return fetched(doing, Promise.resolve().then(act));
}

function ofValue(value: number, { value: whole, averageValue }: MetricTarget, kind: string, { wanted, current, pods, tolerances }: MetricContext): Proposal {
  if (averageValue !== undefined) return sharedReplicas(value, targetOf(averageValue), current, tolerances);
  if (whole !== undefined) return totalReplicas(value, targetOf(whole), wanted, pods, tolerances);
  throw new Error(`invalid ${kind} metric source: neither a value target nor an average value target was set`);
}

function valueStatus({ usage }: Proposal, { averageValue }: MetricTarget): MetricValueStatus {
  return averageValue === undefined ? { value: quantity(usage) } : { averageValue: quantity(usage) };
}

function targetOf(text: MetricTarget['value']): number {
  const target = milli(text);
  if (target === undefined || target <= 0) throw new Error('the target of the metric must be a quantity above 0');
  return target;
}

const textOf = (selector: LabelSelector | undefined): string => (selector === undefined ? '' : labelMatcher(selector).toString());

function quantity(thousandths: number, binary = false): string {
  return canonicalQuantity({ nano: BigInt(Math.round(thousandths)) * 1_000_000n, format: binary ? 'BinarySI' : 'DecimalSI' });
}
