import type { FieldError } from '../../../../kubernetes/field-error.js';
import { invalidField, requiredField, unsupportedField } from '../../../../kubernetes/field-errors.js';
import type { AggregationRule, ClusterRoleBinding, PolicyRule, RoleBinding, Subject } from '../../../../kubernetes/generated/rbac-v1.js';
import { deepEqual } from '../../../../kubernetes/json.js';
import { dns1123SubdomainProblems, pathSegmentProblems } from '../../../../kubernetes/names.js';
import { validateLabelSelector } from '../../../../kubernetes/selectors.js';
import { problemsAt } from '../field-checks.js';

const GROUP = 'rbac.authorization.k8s.io';

type Binding = RoleBinding | ClusterRoleBinding;

/** What is wrong with the rules of a role. */
export function roleProblems(rules: readonly PolicyRule[] | null | undefined, namespaced: boolean): FieldError[] {
  return (rules ?? []).flatMap((rule, index) => ruleErrors(rule, `rules[${index}]`, namespaced));
}

/** What is wrong with where a ClusterRole gathers its rules from. */
export function aggregationProblems(rule: AggregationRule | undefined): FieldError[] {
  if (rule === undefined) return [];
  const field = 'aggregationRule.clusterRoleSelectors';
  const selectors = rule.clusterRoleSelectors ?? [];
  if (selectors.length === 0) return [requiredField(field, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  return selectors.flatMap((selector, index) => validateLabelSelector(selector, `${field}[${index}]`));
}

/** What is wrong with a binding. */
export function bindingProblems({ roleRef, subjects }: Binding, namespaced: boolean): FieldError[] {
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  return [
    ...(roleRef.apiGroup === GROUP ? [] : [unsupportedField('roleRef.apiGroup', roleRef.apiGroup, [GROUP])]),
    ...(kinds.includes(roleRef.kind) ? [] : [unsupportedField('roleRef.kind', roleRef.kind, kinds)]),
    ...(roleRef.name === '' ? [requiredField('roleRef.name')] : problemsAt('roleRef.name', roleRef.name, pathSegmentProblems(roleRef.name))),
    ...(subjects ?? []).flatMap((subject, index) => subjectErrors(subject, `subjects[${index}]`, namespaced)),
  ];
}

/** What may not change in a binding: the role. */
export function bindingUpdateProblems({ roleRef }: Binding, before: Binding): FieldError[] {
  if (deepEqual(roleRef, before.roleRef)) return [];
  const shown = { APIGroup: roleRef.apiGroup, Kind: roleRef.kind, Name: roleRef.name };
  return [invalidField('roleRef', shown, 'cannot change roleRef')];
}

function ruleErrors({ verbs, nonResourceURLs = [], apiGroups = [], resources = [], resourceNames = [] }: PolicyRule, at: string, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = (verbs ?? []).length === 0 ? [requiredField(`${at}.verbs`, 'verbs must contain at least one value')] : [];
  if (nonResourceURLs.length > 0) {
    const field = `${at}.nonResourceURLs`;
    if (namespaced) errors.push(invalidField(field, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      errors.push(invalidField(field, nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs'));
    }
    return errors;
  }
  if (apiGroups.length === 0) errors.push(requiredField(`${at}.apiGroups`, 'resource rules must supply at least one api group'));
  if (resources.length === 0) errors.push(requiredField(`${at}.resources`, 'resource rules must supply at least one resource'));
  return errors;
}

function subjectErrors({ kind, name, namespace = '', apiGroup = '' }: Subject, at: string, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = name === '' ? [requiredField(`${at}.name`)] : [];
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') errors.push(...problemsAt(`${at}.name`, name, dns1123SubdomainProblems(name)));
      if (apiGroup !== '') errors.push(unsupportedField(`${at}.apiGroup`, apiGroup, ['']));
      if (!namespaced && namespace === '') errors.push(requiredField(`${at}.namespace`));
      return errors;
    case 'User':
    case 'Group':
      return apiGroup === GROUP ? errors : [...errors, unsupportedField(`${at}.apiGroup`, apiGroup, [GROUP])];
    default:
      return [...errors, unsupportedField(`${at}.kind`, kind, ['ServiceAccount', 'User', 'Group'])];
  }
}
