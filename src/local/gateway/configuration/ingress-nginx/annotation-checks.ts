/** Says what is wrong with the value of an annotation; undefined when it is implemented as it stands. */
export type AnnotationCheck = (value: string) => string | undefined;

/** Go's `strconv.ParseBool`. @returns undefined when it is neither */
export function parseBool(value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (/^(1|t|T|true|TRUE|True)$/.test(value)) return true;
  return /^(0|f|F|false|FALSE|False)$/.test(value) ? false : undefined;
}

/** A whole number; undefined when it is none. */
export const parseWhole = (value: string | undefined): number | undefined => (value !== undefined && /^[-+]?\d+$/.test(value) ? Number(value) : undefined);

// The characters that ingress-nginx lets through, from its annotation validators.
const BASIC = /^[-._~a-zA-Z0-9/:]*$/;
const REGEX = /^[-._~a-zA-Z0-9/:^$[\](){}*+?|&=\\]*$/;
const CAPTURES = /^\/?[-._~a-zA-Z0-9/:$]*$/;

export const bool: AnnotationCheck = (value) => (parseBool(value) === undefined ? 'must be "true" or "false"' : undefined);
export const whole: AnnotationCheck = (value) => (parseWhole(value) === undefined ? 'must be a whole number' : undefined);
export const natural: AnnotationCheck = (value) => ((parseWhole(value) ?? -1) < 0 ? 'must be a whole number of at least 0' : undefined);
export const basic: AnnotationCheck = (value) => (BASIC.test(value.replaceAll(' ', '')) ? undefined : 'has characters that ingress-nginx refuses');
export const seconds: AnnotationCheck = (value) => (/^-?\d+$/.test(value) ? undefined : 'must be whole seconds');
export const anything: AnnotationCheck = () => undefined;

/** Only as if it were not set at all. */
export const off: AnnotationCheck = (value) => (parseBool(value) === false ? undefined : 'is not implemented');

export const oneOf =
  (...values: readonly string[]): AnnotationCheck =>
  (value) =>
    values.includes(value.trim()) ? undefined : `"${value}" is not implemented, only ${values.map((each) => `"${each}"`).join(' and ')}`;

export const pattern: AnnotationCheck = (value) => {
  if (!REGEX.test(value)) return 'has characters that ingress-nginx refuses in a regular expression';
  try {
    new RegExp(value);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'is no regular expression';
  }
};

/** A path with `$1` to `$9` in it. Other variables of nginx are not known here. */
export const rewriteTarget: AnnotationCheck = (value) => {
  if (!CAPTURES.test(value)) return 'has characters that ingress-nginx refuses';
  if (!value.startsWith('/')) return 'must begin with /, other targets are not implemented';
  return /\$(?![1-9])/.test(value) ? 'only the captures $1 to $9 are implemented' : undefined;
};

const CONDITIONS = new Set(['error', 'timeout', 'invalid_header', 'non_idempotent', 'off', 'http_500', 'http_502', 'http_503', 'http_504', 'http_403', 'http_404', 'http_429']);

/** nginx's `proxy_next_upstream`. */
export const nextUpstream: AnnotationCheck = (value) => {
  const unknown = value.split(/\s+/).find((word) => !CONDITIONS.has(word));
  return unknown === undefined ? undefined : `"${unknown}" is not implemented`;
};
