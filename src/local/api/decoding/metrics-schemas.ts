const SCHEMAS = '#/components/schemas/';
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const GROUP = 'io.k8s.metrics.pkg.apis.metrics.v1beta1';

const reference = (name: string): object => ({ allOf: [{ $ref: `${SCHEMAS}${name}` }], default: {} });
const QUANTITIES = { type: 'object', default: {}, additionalProperties: { $ref: `${SCHEMAS}io.k8s.apimachinery.pkg.api.resource.Quantity` } };
const MEASURED = { timestamp: { $ref: `${SCHEMAS}${META}.Time` }, window: { type: 'string', default: '0s' } };

const kind = (name: string, properties: object): object => ({
  type: 'object',
  properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: reference(`${META}.ObjectMeta`), ...MEASURED, ...properties },
  'x-kubernetes-group-version-kind': [{ group: 'metrics.k8s.io', kind: name, version: 'v1beta1' }],
});

/**
 * Schemas of metrics.k8s.io, which the documents of a plain server do not have: a server of its own brings them
 * (kubernetes/metrics, pkg/apis/metrics/v1beta1).
 */
export const metricsSchemas: Readonly<Record<string, unknown>> = {
  [`${GROUP}.PodMetrics`]: kind('PodMetrics', {
    containers: {
      type: 'array',
      items: reference(`${GROUP}.ContainerMetrics`),
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      'x-kubernetes-patch-merge-key': 'name',
      'x-kubernetes-patch-strategy': 'merge',
    },
  }),
  [`${GROUP}.ContainerMetrics`]: { type: 'object', required: ['name', 'usage'], properties: { name: { type: 'string', default: '' }, usage: QUANTITIES } },
  [`${GROUP}.NodeMetrics`]: kind('NodeMetrics', { usage: QUANTITIES }),
};
