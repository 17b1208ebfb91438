import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { FailureStatus } from '../../../kubernetes/status.js';
import { mutate } from './mutation.js';
import { PolicyCompiler } from './policy-expression.js';
import type { AdmissionRequest } from './request.js';
import { validate } from './validation.js';

/** What became of a write: let in, perhaps changed and with warnings, or refused. */
export type Admitted =
  | { readonly object: KubernetesObject | undefined; readonly warnings: readonly string[]; readonly refused?: undefined }
  | { readonly refused: FailureStatus };

/**
 * Admission by policies, as a server runs it between decoding (or patching) and storing. A server that wants the real
 * order calls `mutate` before the kind's own validation and `validate` after it; `admit` does both at once.
 */
export interface Admission {
  admit(request: AdmissionRequest): Admitted;
  /** Only the mutating policies. */
  mutate(request: AdmissionRequest): Admitted;
  /** Only the validating policies. */
  validate(request: AdmissionRequest): Admitted;
}

/** Makes an admission; it remembers compiled expressions, so make one per server. */
export function createAdmission(): Admission {
  const compiler = new PolicyCompiler();
  const mutated = (request: AdmissionRequest): Admitted => {
    const result = mutate(request, compiler);
    return 'refused' in result ? result : { object: result.object, warnings: [] };
  };
  const validated = (request: AdmissionRequest, object: KubernetesObject | undefined): Admitted => {
    const result = validate(request, object, compiler);
    return 'refused' in result ? result : { object, warnings: result.warnings };
  };
  return {
    admit(request) {
      const result = mutated(request);
      return result.refused === undefined ? validated(request, result.object) : result;
    },
    mutate: mutated,
    validate: (request) => validated(request, request.object),
  };
}
