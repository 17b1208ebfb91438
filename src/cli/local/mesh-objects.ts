import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding } from '../../kubernetes/generated/admissionregistration-v1.js';

const NAME = 'local-mesh-metrics';

/**
 * Stands in for Istio's sidecar injection, as far as it can be seen on Pods: where a namespace is labelled for it, Pods say
 * where their proxy's metrics are found (the annotations that Istio's injector writes).
 */
export const meshPolicy: MutatingAdmissionPolicy = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingAdmissionPolicy',
  metadata: { name: NAME },
  spec: {
    failurePolicy: 'Ignore',
    reinvocationPolicy: 'Never',
    matchConstraints: {
      namespaceSelector: { matchLabels: { 'istio-injection': 'enabled' } },
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    },
    mutations: [
      {
        patchType: 'ApplyConfiguration',
        applyConfiguration: {
          expression: 'Object{metadata: Object.metadata{annotations: {"prometheus.io/scrape": "true", "prometheus.io/port": "15020", "prometheus.io/path": "/stats/prometheus"}}}',
        },
      },
    ],
  },
};

export const meshBinding: MutatingAdmissionPolicyBinding = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingAdmissionPolicyBinding',
  metadata: { name: NAME },
  spec: { policyName: NAME },
};
