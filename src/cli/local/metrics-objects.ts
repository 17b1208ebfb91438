import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding } from '../../kubernetes/generated/admissionregistration-v1.js';

/** Where the local gateway tells what it saw of a Pod. */
const ANNOTATIONS = 'Object{metadata: Object.metadata{annotations: {"prometheus.io/scrape": "true", "prometheus.io/port": "15020", "prometheus.io/path": "/stats/prometheus"}}}';

type PolicySpec = NonNullable<MutatingAdmissionPolicy['spec']>;

function annotating(name: string, namespaceSelector: Readonly<Record<string, string>> | undefined, matchConditions: PolicySpec['matchConditions']): MutatingAdmissionPolicy {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Ignore',
      reinvocationPolicy: 'Never',
      matchConstraints: {
        ...(namespaceSelector === undefined ? {} : { namespaceSelector: { matchLabels: namespaceSelector } }),
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
      ...(matchConditions === undefined ? {} : { matchConditions }),
      mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: ANNOTATIONS } }],
    },
  };
}

/**
 * What Pods of a local cluster say of their metrics. Where a namespace is labelled for it, what Istio's sidecar injection would
 * write, whatever they said themselves. Elsewhere, for Pods that say nothing: the local gateway stands beside every Pod, and
 * knows what came to it through an Ingress, a route of Gateway API or a Service.
 */
export const metricsPolicies: readonly MutatingAdmissionPolicy[] = [
  annotating('local-mesh-metrics', { 'istio-injection': 'enabled' }, undefined),
  annotating('local-gateway-metrics', undefined, [
    { name: 'says-nothing', expression: "!has(object.metadata.annotations) || !('prometheus.io/scrape' in object.metadata.annotations)" },
    { name: 'has-an-address-of-its-own', expression: '!has(object.spec.hostNetwork) || !object.spec.hostNetwork' },
  ]),
];

export const metricsBindings: readonly MutatingAdmissionPolicyBinding[] = metricsPolicies.map(({ metadata: { name = '' } }) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingAdmissionPolicyBinding',
  metadata: { name },
  spec: { policyName: name },
}));
