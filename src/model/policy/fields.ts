import { Type } from 'typebox';
import { IntOrString } from '../../schema/typebox.js';
import { DURATION_PATTERN } from '../duration.js';
import { howMany } from '../how-many.js';

/** The name of an object. */
export const Name = (description: string) => Type.String({ minLength: 1, maxLength: 253, description });

/** A length of time such as `90s`. */
export const Duration = (description: string, defaultValue?: string) =>
  Type.String({ pattern: DURATION_PATTERN, maxLength: 32, description, ...(defaultValue === undefined ? {} : { default: defaultValue }) });

/** A number of Pods: as such, or a part of the replicas in per cent. */
export const CountOrPercent = (description: string) =>
  IntOrString({ pattern: '^[0-9]+(\\.[0-9])?%$', maxLength: 8, minimum: 0, description });

/** A rule that exactly one of the fields is there. */
export const exactlyOne = (fields: readonly string[], message: string) => ({
  'x-kubernetes-validations': [{ rule: `${howMany(fields)} == 1`, message }],
});

/** A rule that at least one of the fields is there. */
export const atLeastOne = (fields: readonly string[], message: string) => ({
  'x-kubernetes-validations': [{ rule: fields.map((field) => `has(self.${field})`).join(' || '), message }],
});
