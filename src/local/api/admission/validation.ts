import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, Validation } from '../../../kubernetes/generated/admissionregistration-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { FailureStatus } from '../../../kubernetes/status.js';
import { bindingsFor, conditionsHold, firstLine, invocations, parametersFor, type Invocation } from './invocation.js';
import type { PolicyBindings, PolicyCompiler } from './policy-expression.js';
import { validationRefused } from './refusal.js';
import type { AdmissionRequest } from './request.js';

interface Failure {
  readonly message: string;
  readonly reason: string;
}

/**
 * Asks the validating policies; the first that denies decides. Audit annotations and the action Audit have no effect here:
 * there is no audit log.
 */
export function validate(request: AdmissionRequest, object: KubernetesObject | undefined, compiler: PolicyCompiler): { warnings: string[] } | { refused: FailureStatus } {
  const { validating, validatingBindings } = request.policies;
  const warnings: string[] = [];
  let refused: FailureStatus | undefined;
  for (const { policy, binding } of invocations(validating, validatingBindings, request)) {
    for (const failure of failures({ policy, binding }, request, object, compiler)) {
      const actions = binding.spec?.validationActions ?? [];
      if (actions.includes('Deny')) refused ??= validationRefused(request, policy, binding, failure.message, failure.reason);
      if (actions.includes('Warn')) {
        warnings.push(`Validation failed for ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}': ${failure.message}`);
      }
    }
  }
  return refused === undefined ? { warnings } : { refused };
}

function failures(
  invocation: Invocation<ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding>,
  request: AdmissionRequest,
  object: KubernetesObject | undefined,
  compiler: PolicyCompiler,
): Failure[] {
  const { policy } = invocation;
  const unlessIgnored = (message: string): Failure[] => (policy.spec?.failurePolicy === 'Ignore' ? [] : [{ message, reason: 'Invalid' }]);
  let parameters: (KubernetesObject | undefined)[];
  try {
    parameters = parametersFor(invocation, request);
  } catch (error) {
    return unlessIgnored(firstLine(error));
  }
  return parameters.flatMap((each) => failuresWith(policy, bindingsFor(policy, request, object, each, compiler), unlessIgnored, compiler));
}

function failuresWith(policy: ValidatingAdmissionPolicy, bindings: PolicyBindings, unlessIgnored: (message: string) => Failure[], compiler: PolicyCompiler): Failure[] {
  try {
    if (!conditionsHold(policy, bindings, compiler)) return [];
  } catch (error) {
    return unlessIgnored(firstLine(error));
  }
  return (policy.spec?.validations ?? []).flatMap((validation) => {
    try {
      const passed = compiler.compile(validation.expression)(bindings) === true;
      return passed ? [] : [{ message: messageOf(validation, bindings, compiler), reason: validation.reason ?? 'Invalid' }];
    } catch (error) {
      return unlessIgnored(`expression '${validation.expression}' resulted in error: ${firstLine(error)}`);
    }
  });
}

/** A message expression that fails or gives no usable text falls back to the fixed message, and that to the expression. */
function messageOf({ expression, message, messageExpression }: Validation, bindings: PolicyBindings, compiler: PolicyCompiler): string {
  const fallback = message === undefined || message === '' ? `failed expression: ${expression.trim()}` : message.trim();
  if (messageExpression === undefined || messageExpression === '') return fallback;
  try {
    const text = compiler.compile(messageExpression)(bindings);
    return typeof text === 'string' && text.trim() !== '' && !text.includes('\n') ? text.trim() : fallback;
  } catch {
    return fallback;
  }
}
