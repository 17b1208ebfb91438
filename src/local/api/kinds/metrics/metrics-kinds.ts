import type { FieldError } from '../../../../kubernetes/field-error.js';
import { invalidField, requiredField } from '../../../../kubernetes/field-errors.js';
import type { KubernetesObject } from '../../../../kubernetes/objects.js';
import { canonicalQuantity, isQuantity } from '../../../../kubernetes/quantity.js';
import { defineKind } from '../definition.js';
import type { Kind } from '../kind.js';
import { nodeColumns, podColumns } from './metrics-columns.js';

/** What something uses, by resource (`cpu`, `memory`). */
export type Usage = Record<string, string | number>;

interface Measured extends KubernetesObject {
  timestamp?: string;
  /** Over how long, as `15s`. */
  window?: string;
}

/** What the containers of one Pod use; it bears the Pod's name and labels. */
export interface PodMetrics extends Measured {
  containers?: { name: string; usage: Usage }[];
}

/** What a node uses. */
export interface NodeMetrics extends Measured {
  usage?: Usage;
}

const GROUP = 'metrics.k8s.io';
const SCHEMAS = 'io.k8s.metrics.pkg.apis.metrics.v1beta1';

/** The kinds of metrics.k8s.io. A real one only reads them, from the nodes; here the node writes them. */
export function metricsKinds(): Kind[] {
  return [
    defineKind<NodeMetrics>({
      resource: { group: GROUP, version: 'v1beta1', kind: 'NodeMetrics', plural: 'nodes', namespaced: false },
      schemaName: `${SCHEMAS}.NodeMetrics`,
      columnsWithoutAge: nodeColumns,
      applyDefaults(metrics) {
        metrics.usage = canonical(metrics.usage);
      },
      validate: (metrics) => [...measureProblems(metrics), ...usageProblems('usage', metrics.usage)],
    }),
    defineKind<PodMetrics>({
      resource: { group: GROUP, version: 'v1beta1', kind: 'PodMetrics', plural: 'pods', namespaced: true },
      schemaName: `${SCHEMAS}.PodMetrics`,
      columnsWithoutAge: podColumns,
      applyDefaults(metrics) {
        metrics.containers = (metrics.containers ?? []).map(({ name, usage }) => ({ name, usage: canonical(usage) }));
      },
      validate: (metrics) => [
        ...measureProblems(metrics),
        ...(metrics.containers ?? []).flatMap(({ name, usage }, index) => [
          ...(typeof name === 'string' && name !== '' ? [] : [requiredField(`containers[${index}].name`)]),
          ...usageProblems(`containers[${index}].usage`, usage),
        ]),
      ],
    }),
  ];
}

function measureProblems({ timestamp, window }: Measured): FieldError[] {
  return [
    ...(timestamp === undefined ? [requiredField('timestamp')] : []),
    ...(window === undefined || !/^([0-9.]+(ns|us|µs|ms|s|m|h))+$/.test(window) ? [invalidField('window', window ?? '', 'must be a duration such as 15s')] : []),
  ];
}

function usageProblems(field: string, usage: Usage | undefined): FieldError[] {
  return Object.entries(usage ?? {}).flatMap(([resource, amount]) => (isQuantity(amount) ? [] : [invalidField(`${field}[${resource}]`, amount, 'must be a quantity')]));
}

function canonical(usage: Usage | undefined): Usage {
  return Object.fromEntries(Object.entries(usage ?? {}).map(([resource, amount]) => [resource, isQuantity(amount) ? canonicalQuantity(amount) : amount]));
}
