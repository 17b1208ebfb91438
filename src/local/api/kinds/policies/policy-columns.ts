import type {
  MutatingAdmissionPolicy,
  ParamKind,
  ParamRef,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../../kubernetes/generated/admissionregistration-v1.js';
import { formatLabelSelector } from '../../../../kubernetes/selectors.js';
import { column } from '../columns.js';
import type { TableColumn } from '../kind.js';

const UNSET = '<unset>';

const paramKindColumn = column<ValidatingAdmissionPolicy | MutatingAdmissionPolicy>('ParamKind', 'Kind of the parameters.', ({ spec }) => paramKind(spec?.paramKind));

export const validatingPolicyColumns: readonly TableColumn[] = [
  column<ValidatingAdmissionPolicy>('Validations', 'Number of validation rules.', ({ spec }) => (spec?.validations ?? []).length, 'integer'),
  paramKindColumn,
];

export const mutatingPolicyColumns: readonly TableColumn[] = [
  column<MutatingAdmissionPolicy>('Mutations', 'Number of mutations.', ({ spec }) => (spec?.mutations ?? []).length, 'integer'),
  paramKindColumn,
];

export const bindingColumns: readonly TableColumn[] = [
  column<ValidatingAdmissionPolicyBinding>('PolicyName', 'The policy that is put in force.', ({ spec }) => spec?.policyName ?? ''),
  column<ValidatingAdmissionPolicyBinding>('ParamRef', 'The parameters.', ({ spec }) => paramRef(spec?.paramRef)),
];

function paramKind(kind: ParamKind | undefined): string {
  return kind === undefined ? UNSET : `${kind.apiVersion ?? ''}/${kind.kind ?? ''}`;
}

function paramRef(reference: ParamRef | undefined): string {
  if (reference?.name) return `${reference.namespace || '*'}/${reference.name}`;
  return reference?.selector === undefined ? UNSET : formatLabelSelector(reference.selector);
}
