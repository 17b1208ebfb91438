import type {
  MatchResources,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../../kubernetes/generated/admissionregistration-v1.js';
import { resources } from '../../../../kubernetes/resources.js';
import { defineKind } from '../definition.js';
import type { Kind } from '../kind.js';
import { bindingColumns, mutatingPolicyColumns, validatingPolicyColumns } from './policy-columns.js';
import { mutatingBindingProblems, PolicyChecks, validatingBindingProblems } from './policy-validation.js';

const CATEGORIES = ['api-extensions'];

/** Mutating and validating admission policies and their bindings. */
export function policyKinds(): Kind[] {
  const checks = new PolicyChecks();
  return [
    defineKind<MutatingAdmissionPolicy>({
      resource: resources.mutatingAdmissionPolicies,
      schemaName: 'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicy',
      categories: CATEGORIES,
      hasGeneration: true,
      columns: mutatingPolicyColumns,
      applyDefaults({ spec }) {
        if (spec === undefined) return;
        spec.failurePolicy ??= 'Fail';
        defaultMatch(spec.matchConstraints);
      },
      validate: (policy) => checks.mutatingPolicy(policy),
    }),
    defineKind<MutatingAdmissionPolicyBinding>({
      resource: resources.mutatingAdmissionPolicyBindings,
      schemaName: 'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBinding',
      categories: CATEGORIES,
      hasGeneration: true,
      columns: bindingColumns,
      applyDefaults: ({ spec }) => defaultMatch(spec?.matchResources),
      validate: mutatingBindingProblems,
    }),
    defineKind<ValidatingAdmissionPolicy>({
      resource: resources.validatingAdmissionPolicies,
      schemaName: 'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy',
      categories: CATEGORIES,
      status: true,
      hasGeneration: true,
      columns: validatingPolicyColumns,
      applyDefaults({ spec }) {
        if (spec === undefined) return;
        spec.failurePolicy ??= 'Fail';
        defaultMatch(spec.matchConstraints);
      },
      validate: (policy) => checks.validatingPolicy(policy),
    }),
    defineKind<ValidatingAdmissionPolicyBinding>({
      resource: resources.validatingAdmissionPolicyBindings,
      schemaName: 'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding',
      categories: CATEGORIES,
      hasGeneration: true,
      columns: bindingColumns,
      applyDefaults: ({ spec }) => defaultMatch(spec?.matchResources),
      validate: validatingBindingProblems,
    }),
  ];
}

function defaultMatch(match: MatchResources | undefined): void {
  if (match === undefined) return;
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  for (const rule of [...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])]) rule.scope ??= '*';
}
