/** One problem at one place of an object, worded as Kubernetes words it (`kubernetes/` calls it `FieldError`). */
export interface Problem {
  /** As in the causes of a 422 answer. */
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
  /** Path such as `spec.ports[0].name`; `<nil>` for the object itself. */
  readonly field: string;
  /** The whole message without the path, such as `Invalid value: "a b": must be …`. */
  readonly message: string;
}

/** A value as messages show it: JSON text. */
export function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

const problem = (reason: Problem['reason'], field: string, message: string): Problem => ({ reason, field, message });
const withDetail = (message: string, detail: string): string => (detail === '' ? message : `${message}: ${detail}`);

/** `Invalid value: <value>: <detail>` */
export function invalidField(field: string, value: unknown, detail: string): Problem {
  return problem('FieldValueInvalid', field, withDetail(`Invalid value: ${shown(value)}`, detail));
}

/** `Invalid value: <value>: <detail>`, for a value of the wrong type */
export function typeInvalidField(field: string, value: unknown, detail: string): Problem {
  return problem('FieldValueTypeInvalid', field, withDetail(`Invalid value: ${shown(value)}`, detail));
}

/** `Required value: <detail>` */
export function requiredField(field: string, detail = ''): Problem {
  return problem('FieldValueRequired', field, withDetail('Required value', detail));
}

/** `Duplicate value: <value>` */
export function duplicateField(field: string, value: unknown): Problem {
  return problem('FieldValueDuplicate', field, `Duplicate value: ${shown(value)}`);
}

/** `Unsupported value: <value>: supported values: …`, in the order given */
export function unsupportedField(field: string, value: unknown, supported: readonly unknown[]): Problem {
  const list = supported.length > 0 ? `supported values: ${supported.map(shown).join(', ')}` : '';
  return problem('FieldValueNotSupported', field, withDetail(`Unsupported value: ${shown(value)}`, list));
}

/** `Forbidden: <detail>` */
export function forbiddenField(field: string, detail: string): Problem {
  return problem('FieldValueForbidden', field, withDetail('Forbidden', detail));
}

/** `Not found: <value>` */
export function notFoundField(field: string, value: unknown): Problem {
  return problem('FieldValueNotFound', field, `Not found: ${shown(value)}`);
}

/** `Too long: may not be more than <bytes> bytes` */
export function tooLongField(field: string, bytes: number): Problem {
  return problem('FieldValueTooLong', field, `Too long: may not be more than ${bytes} bytes`);
}

/** `Too many: <count>: must have at most <most> items` */
export function tooManyField(field: string, count: number, most: number): Problem {
  return problem('FieldValueTooMany', field, `Too many: ${count}: must have at most ${most} items`);
}

/** `Internal error: <detail>` */
export function internalField(field: string, detail: string): Problem {
  return problem('InternalError', field, `Internal error: ${detail}`);
}

/**
 * Joins a path: numbers become `[0]`, names are joined by dots.
 * @example fieldPath('spec', 'ports', 0, 'name') // spec.ports[0].name
 */
export function fieldPath(...parts: readonly (string | number)[]): string {
  return parts.reduce<string>((path, part) => {
    if (typeof part === 'number') return `${path}[${part}]`;
    if (part === '') return path;
    return path === '' || part.startsWith('[') ? `${path}${part}` : `${path}.${part}`;
  }, '');
}

/** The path of a key of a map: `metadata.labels[a.b/c]`. */
export function keyPath(path: string, key: string): string {
  return `${path}[${key}]`;
}
