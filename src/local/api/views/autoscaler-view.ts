import type { HorizontalPodAutoscaler as AutoscalerV1 } from '../../../kubernetes/generated/autoscaling-v1.js';
import type { HorizontalPodAutoscaler, MetricSpec } from '../../../kubernetes/generated/autoscaling-v2.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { autoscalerColumns } from '../kinds/autoscaling/autoscaling-columns.js';
import { defineKind } from '../kinds/definition.js';
import type { KindView } from './kind-view.js';

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;

const PLURAL = 'horizontalpodautoscalers';
const resource: Resource<AutoscalerV1> = { group: 'autoscaling', version: 'v1', kind: 'HorizontalPodAutoscaler', plural: PLURAL, namespaced: true };
/** Where version 1 keeps what it has no fields for. */
const KEPT = { metrics: 'autoscaling.alpha.kubernetes.io/metrics', behavior: 'autoscaling.alpha.kubernetes.io/behavior' } as const;

/** HorizontalPodAutoscalers of autoscaling/v1: one share of CPU; all else in annotations. */
export const autoscalerView: KindView = {
  kind: defineKind<AutoscalerV1>({
    resource,
    schemaName: 'io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler',
    shortNames: ['hpa'],
    categories: ['all'],
    status: true,
    columns: autoscalerColumns,
  }),
  storedAs: { group: 'autoscaling', version: 'v2', plural: PLURAL },
  toStored: (object) => toStored(object as AutoscalerV1),
  fromStored: (object) => fromStored(object as HorizontalPodAutoscaler),
};

function toStored({ metadata, spec, status }: AutoscalerV1): HorizontalPodAutoscaler {
  const { targetCPUUtilizationPercentage: share, ...rest } = spec ?? { maxReplicas: 0, scaleTargetRef: { kind: '', name: '' } };
  const { [KEPT.metrics]: metrics, [KEPT.behavior]: behavior, ...annotations } = metadata.annotations ?? {};
  const cpu: MetricSpec[] = share === undefined ? [] : [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: share } } }];
  const stored: Spec = { ...rest, metrics: [...cpu, ...listIn(metrics)] };
  const rules = parsed(behavior);
  if (typeof rules === 'object' && rules !== null) stored.behavior = rules;
  const { currentCPUUtilizationPercentage: current, ...progress } = status ?? { currentReplicas: 0, desiredReplicas: 0 };
  const used = current === undefined ? [] : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: current } } }];
  return {
    apiVersion: 'autoscaling/v2',
    kind: resource.kind,
    metadata: withAnnotations(metadata, annotations),
    spec: stored,
    ...(status === undefined ? {} : { status: { ...progress, currentMetrics: used } }),
  };
}

function fromStored({ metadata, spec, status }: HorizontalPodAutoscaler): AutoscalerV1 {
  const { metrics = [], behavior, ...rest } = spec ?? { maxReplicas: 0, scaleTargetRef: { kind: '', name: '' } };
  const cpu = metrics.find((metric) => shareOf(metric) !== undefined);
  const share = cpu === undefined ? undefined : shareOf(cpu);
  const others = metrics.filter((metric) => metric !== cpu);
  const annotations = {
    ...metadata.annotations,
    ...(others.length === 0 ? {} : { [KEPT.metrics]: JSON.stringify(others) }),
    ...(behavior === undefined ? {} : { [KEPT.behavior]: JSON.stringify(behavior) }),
  };
  const { currentReplicas = 0, desiredReplicas, lastScaleTime, observedGeneration, currentMetrics } = status ?? { desiredReplicas: 0 };
  const current = currentMetrics?.find(({ resource: each }) => each?.name === 'cpu')?.resource?.current.averageUtilization;
  return {
    apiVersion: 'autoscaling/v1',
    kind: resource.kind,
    metadata: withAnnotations(metadata, annotations),
    spec: { ...rest, ...(share === undefined ? {} : { targetCPUUtilizationPercentage: share }) },
    status: {
      ...{ currentReplicas, desiredReplicas },
      ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
      ...(observedGeneration === undefined ? {} : { observedGeneration }),
      ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }),
    },
  };
}

const shareOf = ({ type, resource: metric }: MetricSpec): number | undefined => (type === 'Resource' && metric?.name === 'cpu' ? metric.target.averageUtilization : undefined);

function withAnnotations(metadata: KubernetesObject['metadata'], annotations: Record<string, string>): KubernetesObject['metadata'] {
  const { annotations: _before, ...rest } = metadata;
  return Object.keys(annotations).length === 0 ? rest : { ...rest, annotations };
}

function listIn(text: string | undefined): MetricSpec[] {
  const list = parsed(text);
  return Array.isArray(list) ? list : [];
}

/** What somebody wrote by hand and is no JSON is passed over, as the real conversion does. */
function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
