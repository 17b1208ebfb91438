/** Checks of names: each returns what is wrong, in Kubernetes' words; nothing when the name is good. */

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const DNS1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${QUALIFIED})?`;
const CONFIG_KEY = '[-._a-zA-Z0-9]+';

const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`);
const labelPattern = whole(LABEL);
const subdomainPattern = whole(SUBDOMAIN);
const dns1035Pattern = whole(DNS1035);
const qualifiedPattern = whole(QUALIFIED);
const labelValuePattern = whole(LABEL_VALUE);
const configKeyPattern = whole(CONFIG_KEY);

/** `must be no more than <n> characters` (bytes for the newer checks, as Kubernetes words each). */
const tooLong = (most: number, unit: 'bytes' | 'characters'): string => `must be no more than ${most} ${unit}`;

function explain(rule: string, pattern: string, ...examples: string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${rule} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

const LABEL_RULE = explain(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  LABEL,
  'my-name',
  '123-abc',
);
const SUBDOMAIN_RULE = explain(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN,
  'example.com',
);
const DNS1035_RULE = explain(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  DNS1035,
  'my-name',
  'abc-123',
);
const QUALIFIED_RULE = explain(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  QUALIFIED,
  'MyName',
  'my.name',
  '123-abc',
);
const LABEL_VALUE_RULE = explain(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  LABEL_VALUE,
  'MyValue',
  'my_value',
  '12345',
);
const CONFIG_KEY_RULE = explain("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", CONFIG_KEY, 'key.name', 'KEY_NAME', 'key-name');

/** A DNS-1123 label, at most 63 characters: names of namespaces and containers. */
export function dns1123LabelProblems(name: string): string[] {
  // What is only no label because of its dots is told so.
  const shape = labelPattern.test(name) ? [] : [subdomainPattern.test(name) ? 'must not contain dots' : LABEL_RULE];
  return [...(name.length > 63 ? [tooLong(63, 'bytes')] : []), ...shape];
}

/** A DNS-1123 subdomain, at most 253 characters: names of most objects. */
export function dns1123SubdomainProblems(name: string): string[] {
  return [...(name.length > 253 ? [tooLong(253, 'bytes')] : []), ...(subdomainPattern.test(name) ? [] : [SUBDOMAIN_RULE])];
}

/** A DNS-1035 label, at most 63 characters: names of Services. */
export function dns1035LabelProblems(name: string): string[] {
  return [...(name.length > 63 ? [tooLong(63, 'bytes')] : []), ...(dns1035Pattern.test(name) ? [] : [DNS1035_RULE])];
}

/** A name with an optional DNS prefix and `/`: keys of labels, annotations, finalizers and conditions. */
export function qualifiedNameProblems(text: string): string[] {
  const [first = '', second, ...rest] = text.split('/');
  if (rest.length > 0) {
    const rule = `a valid label key ${QUALIFIED_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
    return [rule];
  }
  const name = second ?? first;
  const problems: string[] = [];
  if (second !== undefined) {
    if (first === '') problems.push('prefix part must be non-empty');
    else problems.push(...dns1123SubdomainProblems(first).map((each) => `prefix part ${each}`));
  }
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push(`name part ${tooLong(63, 'bytes')}`);
  if (!qualifiedPattern.test(name)) problems.push(`name part ${QUALIFIED_RULE}`);
  return problems;
}

/** A value of a label, at most 63 characters. */
export function labelValueProblems(value: string): string[] {
  return [...(value.length > 63 ? [tooLong(63, 'bytes')] : []), ...(labelValuePattern.test(value) ? [] : [LABEL_VALUE_RULE])];
}

/** A key of a ConfigMap or Secret. */
export function configKeyProblems(key: string): string[] {
  const problems: string[] = [];
  if (key.length > 253) problems.push(tooLong(253, 'characters'));
  if (!configKeyPattern.test(key)) problems.push(CONFIG_KEY_RULE);
  if (key === '.') problems.push("must not be '.'");
  else if (key === '..') problems.push("must not be '..'");
  else if (key.startsWith('..')) problems.push("must not start with '..'");
  return problems;
}

/** A name that is only kept out of trouble in URLs: names of RBAC objects. */
export function pathSegmentProblems(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((each) => name.includes(each)).map((each) => `may not contain '${each}'`);
}

/**
 * `<base>-<hash>` within a length limit: a base that is too long is cut, and a dash or dot it then ends in goes too.
 * @param limit characters; 253 for names of objects, 63 where the name also serves as a label or host name
 */
export function nameWithHash(base: string, hash: string, limit: 63 | 253 = 253): string {
  const room = Math.max(0, limit - hash.length - 1);
  const kept = base.length > room ? base.slice(0, room).replace(/[-._]+$/, '') : base;
  return kept === '' ? hash.slice(0, limit) : `${kept}-${hash}`;
}
