import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { failureStatus, type FailureStatus } from '../../../kubernetes/status.js';
import type { AdmissionRequest } from './request.js';

const CODES: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413, Invalid: 422 };

/** The answer when a validating policy denies. @param reason as the validation states it; it decides the code */
export function validationRefused(request: AdmissionRequest, policy: KubernetesObject, binding: KubernetesObject, message: string, reason: string): FailureStatus {
  const { group, plural } = request.kind.resource;
  const denied = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${message}`;
  const what = group === '' ? plural : `${plural}.${group}`;
  return refusal(request, `${what} "${request.name}" is forbidden: ${denied}`, denied, reason, CODES[reason] ?? 422);
}

/** The answer when a mutating policy fails. */
export function mutationRefused(request: AdmissionRequest, policy: KubernetesObject, binding: KubernetesObject, message: string): FailureStatus {
  const denied = `policy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${message}`;
  return refusal(request, denied, denied, 'Invalid', 403);
}

function refusal({ kind, name }: AdmissionRequest, message: string, cause: string, reason: string, code: number): FailureStatus {
  const { group, plural } = kind.resource;
  return failureStatus(code, reason, message, { name, ...(group === '' ? {} : { group }), kind: plural, causes: [{ message: cause }] });
}
