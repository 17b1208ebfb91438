import type { FieldError } from '../../../../kubernetes/field-error.js';
import { duplicateField, forbiddenField, invalidField, requiredField, unsupportedField } from '../../../../kubernetes/field-errors.js';
import type {
  MatchCondition,
  MatchResources,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  Mutation,
  NamedRuleWithOperations,
  ParamKind,
  ParamRef,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  Validation,
  Variable,
} from '../../../../kubernetes/generated/admissionregistration-v1.js';
import { pathSegmentProblems, qualifiedNameProblems } from '../../../../kubernetes/names.js';
import { validateLabelSelector } from '../../../../kubernetes/selectors.js';
import { PolicyCompiler } from '../../admission/policy-expression.js';
import { problemsAt } from '../field-checks.js';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized'];
const ACTIONS = ['Audit', 'Deny', 'Warn'];

/** Checks of policies and bindings, their expressions included. */
export class PolicyChecks {
  readonly #compiler = new PolicyCompiler();

  /** What is wrong with a ValidatingAdmissionPolicy. */
  validatingPolicy({ spec }: ValidatingAdmissionPolicy): FieldError[] {
    const validations = spec?.validations ?? [];
    const annotations = spec?.auditAnnotations ?? [];
    return [
      ...this.#commonErrors(spec),
      ...(validations.length + annotations.length === 0 ? [requiredField('spec.validations', 'validations or auditAnnotations must contain at least one item')] : []),
      ...validations.flatMap((validation, index) => this.#validationErrors(validation, `spec.validations[${index}]`)),
    ];
  }

  /** What is wrong with a MutatingAdmissionPolicy. */
  mutatingPolicy({ spec }: MutatingAdmissionPolicy): FieldError[] {
    const mutations = spec?.mutations ?? [];
    return [
      ...this.#commonErrors(spec),
      ...(mutations.length === 0 ? [requiredField('spec.mutations', 'mutations must contain at least one item')] : []),
      ...mutations.flatMap((mutation, index) => this.#mutationErrors(mutation, `spec.mutations[${index}]`)),
      ...oneOfErrors('spec.reinvocationPolicy', spec?.reinvocationPolicy, ['IfNeeded', 'Never']),
    ];
  }

  /** What is wrong with what both sorts of policies say. */
  #commonErrors(spec: ValidatingAdmissionPolicy['spec'] | MutatingAdmissionPolicy['spec']): FieldError[] {
    return [
      ...parameterKindErrors(spec?.paramKind),
      ...oneOfErrors('spec.failurePolicy', spec?.failurePolicy, ['Fail', 'Ignore']),
      ...constraintErrors(spec?.matchConstraints),
      ...this.#conditionErrors(spec?.matchConditions ?? []),
      ...this.#variableErrors(spec?.variables ?? []),
    ];
  }

  #expressionErrors(field: string, expression: string | undefined): FieldError[] {
    if (expression === undefined || expression.trim() === '') return [requiredField(field, 'expression is not specified')];
    try {
      this.#compiler.compile(expression);
      return [];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return [invalidField(field, expression, `compilation failed: ${why}`)];
    }
  }

  #conditionErrors(conditions: readonly MatchCondition[]): FieldError[] {
    const names = new Set<string>();
    return conditions.flatMap(({ name, expression }, index) => {
      const at = `spec.matchConditions[${index}]`;
      const errors = name === '' ? [requiredField(`${at}.name`)] : problemsAt(`${at}.name`, name, qualifiedNameProblems(name));
      if (names.has(name)) errors.push(duplicateField(`${at}.name`, name));
      names.add(name);
      return [...errors, ...this.#expressionErrors(`${at}.expression`, expression)];
    });
  }

  #variableErrors(variables: readonly Variable[]): FieldError[] {
    return variables.flatMap(({ name, expression }, index) => {
      const at = `spec.variables[${index}]`;
      const errors = name === '' ? [requiredField(`${at}.name`, 'name is not specified')] : [];
      if (name !== '' && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) errors.push(invalidField(`${at}.name`, name, 'name is not a valid CEL identifier'));
      return [...errors, ...this.#expressionErrors(`${at}.expression`, expression)];
    });
  }

  #validationErrors({ expression, message, messageExpression, reason }: Validation, at: string): FieldError[] {
    return [
      ...this.#expressionErrors(`${at}.expression`, expression),
      ...(message?.includes('\n') === true ? [invalidField(`${at}.message`, message, 'message must not contain line breaks')] : []),
      ...(messageExpression === undefined ? [] : this.#expressionErrors(`${at}.messageExpression`, messageExpression)),
      ...oneOfErrors(`${at}.reason`, reason, REASONS),
    ];
  }

  #mutationErrors({ patchType, applyConfiguration, jsonPatch }: Mutation, at: string): FieldError[] {
    switch (patchType) {
      case '':
        return [requiredField(`${at}.patchType`)];
      case 'ApplyConfiguration': {
        const misplaced = jsonPatch === undefined ? [] : [forbiddenField(`${at}.jsonPatch`, 'must not be specified when patchType is ApplyConfiguration')];
        if (applyConfiguration === undefined) return [...misplaced, requiredField(`${at}.applyConfiguration`, 'must be specified when patchType is ApplyConfiguration')];
        return [...misplaced, ...this.#expressionErrors(`${at}.applyConfiguration.expression`, applyConfiguration.expression)];
      }
      case 'JSONPatch': {
        const misplaced = applyConfiguration === undefined ? [] : [forbiddenField(`${at}.applyConfiguration`, 'must not be specified when patchType is JSONPatch')];
        if (jsonPatch === undefined) return [...misplaced, requiredField(`${at}.jsonPatch`, 'must be specified when patchType is JSONPatch')];
        return [...misplaced, ...this.#expressionErrors(`${at}.jsonPatch.expression`, jsonPatch.expression)];
      }
      default:
        return [unsupportedField(`${at}.patchType`, patchType, ['ApplyConfiguration', 'JSONPatch'])];
    }
  }
}

/** What is wrong with the binding of a mutating policy. */
export function mutatingBindingProblems({ spec }: MutatingAdmissionPolicyBinding): FieldError[] {
  return [
    ...((spec?.policyName ?? '') === '' ? [requiredField('spec.policyName')] : []),
    ...parameterErrors(spec?.paramRef),
    ...resourceErrors(spec?.matchResources, 'spec.matchResources'),
  ];
}

/** What is wrong with the binding of a validating policy. */
export function validatingBindingProblems({ spec }: ValidatingAdmissionPolicyBinding): FieldError[] {
  const actions = spec?.validationActions ?? [];
  const field = 'spec.validationActions';
  const both = actions.includes('Deny') && actions.includes('Warn');
  return [
    ...((spec?.policyName ?? '') === '' ? [requiredField('spec.policyName')] : []),
    ...parameterErrors(spec?.paramRef),
    ...resourceErrors(spec?.matchResources, 'spec.matchResources'),
    ...(actions.length === 0 ? [requiredField(field, 'at least one validation action is required')] : []),
    ...actions.flatMap((action, index) => (actions.indexOf(action) < index ? [duplicateField(`${field}[${index}]`, action)] : [])),
    ...actions.flatMap((action, index) => (ACTIONS.includes(action) ? [] : [unsupportedField(`${field}[${index}]`, action, ACTIONS)])),
    ...(both ? [invalidField(field, actions, 'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)')] : []),
  ];
}

function parameterKindErrors(kind: ParamKind | undefined): FieldError[] {
  if (kind === undefined) return [];
  return (['apiVersion', 'kind'] as const).flatMap((part) => ((kind[part] ?? '') === '' ? [requiredField(`spec.paramKind.${part}`)] : []));
}

function parameterErrors(reference: ParamRef | undefined): FieldError[] {
  if (reference === undefined) return [];
  const field = 'spec.paramRef';
  const { name = '', selector, parameterNotFoundAction: action = '' } = reference;
  const both = name !== '' && selector !== undefined;
  const exclusive = (part: string): FieldError[] => (both ? [forbiddenField(`${field}.${part}`, 'name and selector are mutually exclusive')] : []);
  return [
    ...(name === '' ? [] : [...problemsAt(`${field}.name`, name, pathSegmentProblems(name)), ...exclusive('name')]),
    ...(selector === undefined ? [] : [...validateLabelSelector(selector, `${field}.selector`), ...exclusive('selector')]),
    ...(name === '' && selector === undefined ? [requiredField(field, 'one of name or selector must be specified')] : []),
    ...(action === '' ? [requiredField(`${field}.parameterNotFoundAction`)] : oneOfErrors(`${field}.parameterNotFoundAction`, action, ['Deny', 'Allow'])),
  ];
}

function constraintErrors(match: MatchResources | undefined): FieldError[] {
  const field = 'spec.matchConstraints';
  if (match === undefined) return [requiredField(field)];
  const none = (match.resourceRules ?? []).length === 0;
  return [...resourceErrors(match, field), ...(none ? [requiredField(`${field}.resourceRules`)] : [])];
}

function resourceErrors(match: MatchResources | undefined, at: string): FieldError[] {
  if (match === undefined) return [];
  return [
    ...oneOfErrors(`${at}.matchPolicy`, match.matchPolicy, ['Equivalent', 'Exact']),
    ...(match.namespaceSelector === undefined ? [] : validateLabelSelector(match.namespaceSelector, `${at}.namespaceSelector`)),
    ...(match.objectSelector === undefined ? [] : validateLabelSelector(match.objectSelector, `${at}.objectSelector`)),
    ...(match.resourceRules ?? []).flatMap((rule, index) => ruleErrors(rule, `${at}.resourceRules[${index}]`)),
    ...(match.excludeResourceRules ?? []).flatMap((rule, index) => ruleErrors(rule, `${at}.excludeResourceRules[${index}]`)),
  ];
}

function ruleErrors(rule: NamedRuleWithOperations, at: string): FieldError[] {
  const missing = (['operations', 'apiGroups', 'apiVersions', 'resources'] as const).filter((part) => (rule[part] ?? []).length === 0);
  return [
    ...missing.map((part) => requiredField(`${at}.${part}`)),
    ...(rule.operations ?? []).flatMap((operation, index) =>
      OPERATIONS.includes(operation) ? [] : [unsupportedField(`${at}.operations[${index}]`, operation, OPERATIONS)],
    ),
    ...oneOfErrors(`${at}.scope`, rule.scope, ['*', 'Cluster', 'Namespaced']),
  ];
}

function oneOfErrors(field: string, value: string | undefined, words: readonly string[]): FieldError[] {
  return value === undefined || words.includes(value) ? [] : [unsupportedField(field, value, words)];
}
