import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../kubernetes/generated/admissionregistration-v1.js';
import { GROUP, VERSION } from './resources.js';

/**
 * How the annotations of a release begin in which stands who told it something: one each, whose first line is the user. Annotations
 * of their own, because no expression of an admission policy can read JSON.
 */
export const TOLD_PREFIX = `${GROUP}/told.`;

/** Name of the admission policy by which nobody is named there but by themselves. */
export const TOLD_POLICY = 'serin-deeds-are-their-authors';

/** Binds what is new in the record of who told a release something to who writes it. Older entries may be left out, and nothing else. */
export const toldPolicy: ValidatingAdmissionPolicy = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: TOLD_POLICY, labels: { 'app.kubernetes.io/managed-by': 'serin' } },
  spec: {
    failurePolicy: 'Fail',
    matchConstraints: { resourceRules: [{ apiGroups: [GROUP], apiVersions: [VERSION], operations: ['CREATE', 'UPDATE'], resources: ['releases'] }] },
    matchConditions: [
      { name: 'somebody-is-named', expression: `has(object.metadata.annotations) && object.metadata.annotations.exists(key, key.startsWith('${TOLD_PREFIX}'))` },
      // Restored from a backup, a release comes with its record; who writes its status could write any.
      { name: 'not-restored', expression: `request.operation != 'CREATE' || !authorizer.group('${GROUP}').resource('releases').subresource('status').namespace(request.namespace).check('update').allowed()` },
    ],
    variables: [
      { name: 'now', expression: 'object.metadata.annotations' },
      { name: 'fresh', expression: `variables.now.filter(key, key.startsWith('${TOLD_PREFIX}') && !(request.operation == 'UPDATE' && has(oldObject.metadata.annotations) && key in oldObject.metadata.annotations && oldObject.metadata.annotations[key] == variables.now[key]))` },
    ],
    validations: [
      {
        expression: "variables.fresh.all(key, variables.now[key] == request.userInfo.username || variables.now[key].startsWith(request.userInfo.username + '\\n'))",
        messageExpression: `'who tells a release something is named by oneself: the first line of an annotation ${TOLD_PREFIX}… must be ' + request.userInfo.username`,
      },
    ],
  },
};

export const toldBinding: ValidatingAdmissionPolicyBinding = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: TOLD_POLICY, labels: { 'app.kubernetes.io/managed-by': 'serin' } },
  spec: { policyName: TOLD_POLICY, validationActions: ['Deny'] },
};
