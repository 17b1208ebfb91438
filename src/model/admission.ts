import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding } from '../kubernetes/generated/admissionregistration-v1.js';
import { isRecord } from '../kubernetes/json.js';
import { POLICY_LABEL } from './resources.js';

/** Name of the admission policy, and of its binding, without which Deployments stay paused at rest. */
export const PAUSING_POLICY = 'serin-pause-on-new-version';

/**
 * Pauses a Deployment that a policy has adopted, in the same request that changes its template, so that it never rolls by
 * itself. A request that un-pauses and changes the template at once is paused as well.
 */
export const pausingPolicy: MutatingAdmissionPolicy = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingAdmissionPolicy',
  metadata: { name: PAUSING_POLICY, labels: { 'app.kubernetes.io/managed-by': 'serin' } },
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
  metadata: { name: PAUSING_POLICY, labels: { 'app.kubernetes.io/managed-by': 'serin' } },
  spec: { policyName: PAUSING_POLICY },
};

/** Whether these two, as an API server holds them, pause every adopted Deployment whose template changes: all that is above, and no exceptions. */
export function pausesOnChange(policy: MutatingAdmissionPolicy | undefined, binding: MutatingAdmissionPolicyBinding | undefined): boolean {
  if (!policy?.spec || !binding?.spec) return false;
  if (policy.metadata.deletionTimestamp !== undefined || binding.metadata.deletionTimestamp !== undefined) return false;
  const { matchConstraints } = policy.spec;
  const exceptions = [matchConstraints?.excludeResourceRules, matchConstraints?.namespaceSelector, policy.spec.paramKind, binding.spec.matchResources, binding.spec.paramRef];
  return says(policy.spec, pausingPolicy.spec) && says(binding.spec, pausingBinding.spec) && exceptions.every(isNothing);
}

/** Whether a value says all that another one says; what an API server fills in is besides. */
function says(value: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) return Array.isArray(value) && value.length === wanted.length && wanted.every((each, index) => says(value[index], each));
  if (isRecord(wanted)) return isRecord(value) && Object.entries(wanted).every(([key, each]) => says(value[key], each));
  return value === wanted;
}

/** Nothing, or nothing but what an API server fills in. */
const isNothing = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.length === 0) || (isRecord(value) && Object.entries(value).every(([key, each]) => key === 'matchPolicy' || isNothing(each)));
