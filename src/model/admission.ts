import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding } from '../kubernetes/generated/admissionregistration-v1.js';
import { POLICY_LABEL } from './resources.js';

const NAME = 'serin-pause-on-new-version';

/**
 * Pauses a Deployment that a policy has adopted, in the same request that changes its template, so that it never rolls by
 * itself. A request that un-pauses and changes the template at once is paused as well.
 */
export const pausingPolicy: MutatingAdmissionPolicy = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingAdmissionPolicy',
  metadata: { name: NAME, labels: { 'app.kubernetes.io/managed-by': 'serin' } },
  spec: {
    failurePolicy: 'Fail',
    reinvocationPolicy: 'IfNeeded',
    matchConstraints: {
      resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments'] }],
      objectSelector: { matchExpressions: [{ key: POLICY_LABEL, operator: 'Exists' }] },
    },
    matchConditions: [{ name: 'template-changes', expression: 'object.spec.template != oldObject.spec.template' }],
    mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{spec: Object.spec{paused: true}}' } }],
  },
};

export const pausingBinding: MutatingAdmissionPolicyBinding = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingAdmissionPolicyBinding',
  metadata: { name: NAME, labels: { 'app.kubernetes.io/managed-by': 'serin' } },
  spec: { policyName: NAME },
};
