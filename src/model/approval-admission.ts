import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../kubernetes/generated/admissionregistration-v1.js';
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
