/** Builders of `FieldError`, worded as Kubernetes words them. */
export {
  duplicateField,
  fieldPath,
  forbiddenField,
  internalField,
  invalidField,
  keyPath,
  notFoundField,
  requiredField,
  shown,
  tooLongField,
  tooManyField,
  typeInvalidField,
  unsupportedField,
} from '../schema/problem.js';
