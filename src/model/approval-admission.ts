import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../kubernetes/generated/admissionregistration-v1.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import { GROUP, VERSION } from './resources.js';

/** Name of the admission policy without which no approval counts. */
export const APPROVAL_POLICY = 'serin-approvals-are-their-authors';

/** Binds every Approval to who creates it: the user by name, and no group that the user is not in. */
export const approvalPolicy: ValidatingAdmissionPolicy = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: APPROVAL_POLICY, labels: { 'app.kubernetes.io/managed-by': 'serin' } },
  spec: {
    failurePolicy: 'Fail',
    matchConstraints: { resourceRules: [{ apiGroups: [GROUP], apiVersions: [VERSION], operations: ['CREATE', 'UPDATE'], resources: ['approvals', 'imageapprovals'] }] },
    validations: [
      { expression: 'object.spec.user == request.userInfo.username', messageExpression: "'an approval is given in one’s own name: spec.user must be ' + request.userInfo.username" },
      {
        expression: '!has(object.spec.groups) || object.spec.groups.all(group, group in request.userInfo.groups)',
        message: 'an approval names only groups that its author is in',
      },
    ],
  },
};

export const approvalBinding: ValidatingAdmissionPolicyBinding = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: APPROVAL_POLICY, labels: { 'app.kubernetes.io/managed-by': 'serin' } },
  spec: { policyName: APPROVAL_POLICY, validationActions: ['Deny'] },
};

/**
 * Those words for whose author the API server vouches, from first to last. None where the policy is missing, does not deny, or is of
 * a version that knew none of this kind: anybody could have spoken for anybody, and what was said then stays worthless.
 * @param policy by the name `APPROVAL_POLICY`, like its binding
 */
export function vouchedFor<T extends KubernetesObject>(said: readonly T[], { plural }: Pick<Resource<T>, 'plural'>, policy: ValidatingAdmissionPolicy | undefined, binding: ValidatingAdmissionPolicyBinding | undefined): T[] {
  const covers = policy?.spec?.matchConstraints?.resourceRules?.some(({ resources = [] }) => resources.includes(plural) || resources.includes('*'));
  if (!policy || covers !== true || !binding?.spec?.validationActions?.includes('Deny')) return [];
  const since = [createdAt(policy), createdAt(binding)].sort().at(-1) ?? '';
  // Times are in seconds, so that what was said in that very second may have come before.
  return said.filter((each) => createdAt(each) > since).sort((a, b) => createdAt(a).localeCompare(createdAt(b)) || a.metadata.name.localeCompare(b.metadata.name));
}

const createdAt = ({ metadata }: { readonly metadata: { readonly creationTimestamp?: string } }): string => metadata.creationTimestamp ?? '';
