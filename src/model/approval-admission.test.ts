import { describe, expect, it } from 'vitest';
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../kubernetes/generated/admissionregistration-v1.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { approvalBinding, approvalPolicy, vouchedFor } from './approval-admission.js';
import { serinResources } from './resources.js';

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString().replace('.000Z', 'Z');
const said = (name: string, seconds?: number): KubernetesObject => ({ apiVersion: 'serin.dev/v1alpha1', kind: 'ImageApproval', metadata: { name, ...(seconds === undefined ? {} : { creationTimestamp: at(seconds) }) } });
const made = <T extends KubernetesObject>(object: T, seconds: number): T => ({ ...object, metadata: { ...object.metadata, creationTimestamp: at(seconds) } });
const covering = (resources: string[]): ValidatingAdmissionPolicy => ({ ...approvalPolicy, spec: { ...approvalPolicy.spec, matchConstraints: { resourceRules: [{ resources }] } } });
const acting = (validationActions: string[]): ValidatingAdmissionPolicyBinding => ({ ...approvalBinding, spec: { ...approvalBinding.spec, validationActions } });

const words = [said('late', 9), said('b-early', 5), said('a-early', 5), said('timeless')];
const counting = (policy: ValidatingAdmissionPolicy | undefined, binding: ValidatingAdmissionPolicyBinding | undefined, resource: { plural: string } = serinResources.imageApprovals): string[] =>
  vouchedFor(words, resource, policy, binding).map(({ metadata }) => metadata.name);

describe('what the API server vouches for', () => {
  it('is what was said after both policy and binding were there, from first to last', () => {
    expect(counting(made(approvalPolicy, 0), made(approvalBinding, 0))).toEqual(['a-early', 'b-early', 'late']);
    expect(counting(made(approvalPolicy, 5), made(approvalBinding, 0))).toEqual(['late']);
    expect(counting(made(approvalPolicy, 0), made(approvalBinding, 5))).toEqual(['late']);
    expect(counting(made(approvalPolicy, 0), made(approvalBinding, 9))).toEqual([]);
  });

  it('is nothing where one is missing, or does not deny', () => {
    expect(counting(undefined, made(approvalBinding, 0))).toEqual([]);
    expect(counting(made(approvalPolicy, 0), undefined)).toEqual([]);
    expect(counting(made(approvalPolicy, 0), made(acting(['Audit']), 0))).toEqual([]);
  });

  it('is only of kinds that the policy covers: an older one knew no images', () => {
    expect(counting(made(covering(['approvals']), 0), made(approvalBinding, 0))).toEqual([]);
    expect(counting(made(covering(['approvals']), 0), made(approvalBinding, 0), serinResources.approvals)).toHaveLength(3);
    expect(counting(made(covering(['*']), 0), made(approvalBinding, 0))).toHaveLength(3);
  });
});
