import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from '../../../../kubernetes/generated/autoscaling-v2.js';
import type { PodDisruptionBudget } from '../../../../kubernetes/generated/policy-v1.js';
import { column, NONE } from '../columns.js';
import type { TableColumn } from '../kind.js';

const UNKNOWN = '<unknown>';

export const autoscalerColumns: readonly TableColumn[] = [
  column<HorizontalPodAutoscaler>('Reference', 'What it scales.', ({ spec }) => `${spec?.scaleTargetRef.kind ?? ''}/${spec?.scaleTargetRef.name ?? ''}`),
  column<HorizontalPodAutoscaler>('Targets', 'Each metric and the value it should have.', ({ spec, status }) => targets(spec?.metrics ?? [], status?.currentMetrics ?? [])),
  column<HorizontalPodAutoscaler>('MinPods', 'Least number of Pods.', ({ spec }) => String(spec?.minReplicas ?? '<unset>')),
  column<HorizontalPodAutoscaler>('MaxPods', 'Most Pods.', ({ spec }) => spec?.maxReplicas ?? 0),
  column<HorizontalPodAutoscaler>('Replicas', 'Pods there are.', ({ status }) => status?.currentReplicas ?? 0),
];

export const disruptionBudgetColumns: readonly TableColumn[] = [
  column<PodDisruptionBudget>('Min Available', 'Least number of Pods that must be available.', ({ spec }) => String(spec?.minAvailable ?? 'N/A')),
  column<PodDisruptionBudget>('Max Unavailable', 'Most Pods that may be unavailable.', ({ spec }) => String(spec?.maxUnavailable ?? 'N/A')),
  column<PodDisruptionBudget>('Allowed Disruptions', 'Pods that may be disrupted now.', ({ status }) => status?.disruptionsAllowed ?? 0, 'integer'),
];

function targets(specs: readonly MetricSpec[], statuses: readonly MetricStatus[]): string {
  if (specs.length === 0) return NONE;
  const texts = specs.map((spec, index) => target(spec, statuses[index]));
  const shown = texts.slice(0, 2).join(', ');
  return texts.length > 2 ? `${shown} + ${texts.length - 2} more...` : shown;
}

function target(spec: MetricSpec, status: MetricStatus | undefined): string {
  const resource = spec.resource ?? spec.containerResource;
  const current = status?.resource?.current ?? status?.containerResource?.current;
  if (resource !== undefined) {
    const { averageValue, averageUtilization } = resource.target;
    if (averageValue !== undefined) return `${resource.name}: ${String(current?.averageValue ?? UNKNOWN)}/${String(averageValue)}`;
    const used = current?.averageUtilization === undefined ? UNKNOWN : `${current.averageUtilization}%`;
    return `${resource.name}: ${used}/${averageUtilization === undefined ? '<auto>' : `${averageUtilization}%`}`;
  }
  if (spec.pods !== undefined) return `${String(status?.pods?.current.averageValue ?? UNKNOWN)}/${String(spec.pods.target.averageValue)}`;
  const other = spec.external ?? spec.object;
  if (other === undefined) return '<unknown type>';
  const now = status?.external?.current ?? status?.object?.current;
  const average = other.target.averageValue !== undefined;
  return average
    ? `${String(now?.averageValue ?? UNKNOWN)}/${String(other.target.averageValue)} (avg)`
    : `${String(now?.value ?? UNKNOWN)}/${String(other.target.value)}`;
}
