/**
 * Which fields of an object are implemented. `true`: everything below is. A function: says what is wrong with a value, or
 * undefined. `{ each }`: every item of a list, or every value of a map.
 */
export type Shape = true | ((value: unknown) => string | undefined) | { readonly each: Shape } | { readonly fields: Readonly<Record<string, Shape>> };

/** A field that is set and not implemented. */
export interface UnsupportedField {
  readonly path: string;
  /** Why, when the field itself is known. */
  readonly problem?: string;
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);

/** All fields that are set in `value` and not implemented by `shape`, with their paths. Empty values count as not set. */
export function unsupportedFields(value: unknown, shape: Shape, path: string): UnsupportedField[] {
  if (shape === true) return [];
  if (typeof shape === 'function') {
    const problem = shape(value);
    return problem === undefined ? [] : [{ path, problem }];
  }
  if (typeof value !== 'object' || value === null) return [];
  if ('each' in shape) {
    return Array.isArray(value)
      ? value.flatMap((item, index) => unsupportedFields(item, shape.each, `${path}[${index}]`))
      : Object.entries(value).flatMap(([key, item]) => unsupportedFields(item, shape.each, `${path}[${key}]`));
  }
  return Object.entries(value).flatMap(([name, item]) => {
    const known = shape.fields[name];
    if (known !== undefined) return unsupportedFields(item, known, `${path}.${name}`);
    return isEmpty(item) ? [] : [{ path: `${path}.${name}` }];
  });
}
