import type { Job } from '../../../kubernetes/generated/batch-v1.js';

/** Fields that would change what the Job does and that are not done here, such as `spec.successPolicy`. */
export function unsupportedJobFields({ spec }: Job): string[] {
  const { successPolicy, backoffLimitPerIndex, maxFailedIndexes } = spec;
  const fields = { successPolicy, backoffLimitPerIndex, maxFailedIndexes };
  return Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`spec.${name}`]));
}
