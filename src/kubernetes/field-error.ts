/** One problem at one place of an object, worded as Kubernetes words it. */
export interface FieldError {
  /** `FieldValueInvalid`, `FieldValueRequired`, … as in the causes of a 422 answer. */
  readonly reason:
    | 'FieldValueInvalid'
    | 'FieldValueRequired'
    | 'FieldValueDuplicate'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueNotFound'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid'
    | 'InternalError';
  /** Path such as `spec.ports[0].name`. */
  readonly field: string;
  /** The whole message without the path, such as `Invalid value: "a b": must be …`. */
  readonly message: string;
}
