import { Type, type Static, type TSchema, type TSchemaOptions, type TUnsafe } from 'typebox';

/** A string out of a fixed list. (TypeBox's own unions of literals are not structural.) */
export function StringEnum<const T extends readonly string[]>(values: T, options: TSchemaOptions = {}): TUnsafe<T[number]> {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...options });
}

/** An object with free keys and values of one schema, as `additionalProperties`. */
export function MapOf<T extends TSchema>(values: T, options: TSchemaOptions = {}): TUnsafe<Record<string, Static<T>>> {
  return Type.Unsafe<Record<string, Static<T>>>({ type: 'object', additionalProperties: values, ...options });
}

/** A number or a string, as Kubernetes' IntOrString. */
export function IntOrString(options: TSchemaOptions = {}): TUnsafe<number | string> {
  return Type.Unsafe<number | string>({ 'x-kubernetes-int-or-string': true, ...options });
}

/**
 * A value of one of several types. No structural schema can tell which, so an API server takes any; whoever reads it checks it
 * beforehand.
 */
export function AnyValue<T>(options: TSchemaOptions = {}): TUnsafe<T> {
  return Type.Unsafe<T>({ 'x-kubernetes-preserve-unknown-fields': true, ...options });
}

/** An object that is kept as it is, unknown fields and all. */
export function AnyObject<T = Record<string, unknown>>(options: TSchemaOptions = {}): TUnsafe<T> {
  return Type.Unsafe<T>({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true, ...options });
}
