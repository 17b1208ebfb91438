import { Environment } from '@marcbachmann/cel-js';
import { isCidr, isIPv4, isIPv6 } from '../formats.js';
import { deepEqual } from '../json.js';
import { compilePattern, type Pattern } from '../pattern/pattern.js';
import { addQuantities, compareQuantities, isQuantity, parseQuantity, type Quantity, quantityAsInteger, quantityAsNumber } from '../quantity.js';
import { formatted } from './format.js';
import { OPTIONAL_VALUE, SAFE_MATCHES } from './rewriting.js';

class CelQuantity {
  readonly quantity: Quantity;
  constructor(quantity: Quantity) {
    this.quantity = quantity;
  }
}

class CelUrl {
  readonly url: URL;
  /** Host and port as written: `URL` drops a port that is the scheme's own. */
  readonly host: string;
  constructor(text: string) {
    if (!text.startsWith('/') && !URL.canParse(text)) throw new Error(`URL parse error during conversion from string: ${text}`);
    this.url = new URL(text, 'relative://');
    this.host = /^[a-zA-Z][\w+.-]*:\/\/(?:[^/?#@]*@)?([^/?#]*)/.exec(text)?.[1] ?? '';
  }
}

class Sets {}
class MathLibrary {}

const MOST_SUBJECT = 1_000_000;

/** An environment with the parts of Kubernetes' CEL library that are served here; undeclared variables are dynamic. */
export function kubernetesEnvironment(): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 20_000, maxDepth: 200 },
  });
  addNumberOperators(environment);
  addStrings(environment);
  addLists(environment);
  addQuantityType(environment);
  addAddresses(environment);
  return environment;
}

/** Integers and doubles compare as numbers, as in CEL. */
function addNumberOperators(environment: Environment): void {
  environment.registerOperator('int == double', (a: bigint, b: number) => Number(a) === b);
  environment.registerFunction(`optional.${OPTIONAL_VALUE}(): dyn`, (optional: { value(): unknown }) => optional.value());
}

function addStrings(environment: Environment): void {
  const patterns = new Map<string, Pattern>();
  const patternOf = (source: string): Pattern => {
    const known = patterns.get(source);
    if (known) return known;
    const made = compilePattern(source);
    if (patterns.size >= 100) patterns.clear();
    patterns.set(source, made);
    return made;
  };
  const checked = (text: string): string => {
    if (text.length > MOST_SUBJECT) throw new Error(`a text of ${text.length} characters is too long to be matched`);
    return text;
  };
  const findAll = (text: string, source: string, limit: number): string[] => {
    const found: string[] = [];
    for (let at = 0; at <= text.length && found.length < limit; ) {
      const match = patternOf(source).find(checked(text), at);
      if (!match) break;
      found.push(text.slice(match.start, match.end));
      at = match.end > match.start ? match.end : match.end + 1;
    }
    return found;
  };
  environment.registerFunction(`string.${SAFE_MATCHES}(string): bool`, (text: string, source: string) => patternOf(source).test(checked(text)));
  environment.registerFunction('string.find(string): string', (text: string, source: string) => findAll(text, source, 1)[0] ?? '');
  environment.registerFunction('string.findAll(string): list<string>', (text: string, source: string) => findAll(text, source, Infinity));
  environment.registerFunction('string.findAll(string, int): list<string>', (text: string, source: string, most: bigint) => findAll(text, source, most < 0n ? Infinity : Number(most)));
  environment.registerFunction('string.charAt(int): string', (text: string, index: bigint) => {
    const chars = [...text];
    if (index < 0n || index > BigInt(chars.length)) throw new Error(`index out of range: ${index}`);
    return chars[Number(index)] ?? '';
  });
  environment.registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) => text.replaceAll(from, () => to));
  environment.registerFunction('string.replace(string, string, int): string', (text: string, from: string, to: string, most: bigint) => {
    if (most < 0n) return text.replaceAll(from, () => to);
    let result = text;
    let at = 0;
    for (let count = 0n; count < most; count++) {
      const found = result.indexOf(from, at);
      if (found < 0) break;
      result = result.slice(0, found) + to + result.slice(found + from.length);
      at = found + Math.max(to.length, 1);
    }
    return result;
  });
  environment.registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''));
  environment.registerFunction('string.format(list): string', (template: string, values: readonly unknown[]) => formatted(template, values));
}

type Comparable = bigint | number | string | boolean | Date;

const less = (a: unknown, b: unknown): boolean => comparable(a) < comparable(b);

function comparable(value: unknown): Comparable {
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' || value instanceof Date) return value;
  if (typeof value === 'object' && value !== null) return Number(value.valueOf());
  throw new Error('no such overload');
}

function addLists(environment: Environment): void {
  const extreme = (list: readonly unknown[], better: (a: unknown, b: unknown) => boolean, name: string): unknown => {
    if (list.length === 0) throw new Error(`${name} called on empty list`);
    return list.reduce((best, each) => (better(each, best) ? each : best));
  };
  environment.registerFunction('list.isSorted(): bool', (list: readonly unknown[]) => list.every((item, index) => index === 0 || !less(item, list[index - 1])));
  environment.registerFunction('list.sum(): dyn', (list: readonly unknown[]) => {
    if (list.every((item) => typeof item === 'number')) return list.reduce((sum, item) => sum + item, 0);
    return list.reduce<bigint>((sum, item) => sum + (typeof item === 'bigint' ? item : fail('no such overload')), 0n);
  });
  environment.registerFunction('list.min(): dyn', (list: readonly unknown[]) => extreme(list, less, 'min'));
  environment.registerFunction('list.max(): dyn', (list: readonly unknown[]) => extreme(list, (a, b) => less(b, a), 'max'));
  environment.registerFunction('list.indexOf(dyn): int', (list: readonly unknown[], item: unknown) => BigInt(list.findIndex((each) => deepEqual(each, item))));
  environment.registerFunction('list.lastIndexOf(dyn): int', (list: readonly unknown[], item: unknown) => BigInt(list.findLastIndex((each) => deepEqual(each, item))));
  environment.registerType('kubernetes.Sets', Sets);
  environment.registerConstant('sets', 'kubernetes.Sets', new Sets());
  const includes = (list: readonly unknown[], item: unknown): boolean => list.some((each) => deepEqual(each, item));
  type List = readonly unknown[];
  const contains = (_: Sets, a: List, b: List): boolean => b.every((item) => includes(a, item));
  environment.registerFunction('kubernetes.Sets.contains(list, list): bool', contains);
  environment.registerFunction('kubernetes.Sets.equivalent(list, list): bool', (sets: Sets, a: List, b: List) => contains(sets, a, b) && contains(sets, b, a));
  environment.registerFunction('kubernetes.Sets.intersects(list, list): bool', (_: Sets, a: List, b: List) => a.some((item) => includes(b, item)));
  environment.registerType('kubernetes.Math', MathLibrary);
  environment.registerConstant('math', 'kubernetes.Math', new MathLibrary());
  for (const [name, better] of [['greatest', (a: unknown, b: unknown) => less(b, a)], ['least', less]] as const) {
    environment.registerFunction(`kubernetes.Math.${name}(list): dyn`, (_: MathLibrary, list: List) => extreme(list, better, name));
    environment.registerFunction(`kubernetes.Math.${name}(dyn, dyn): dyn`, (_: MathLibrary, a: unknown, b: unknown) => (better(a, b) ? a : b));
    environment.registerFunction(`kubernetes.Math.${name}(dyn, dyn, dyn): dyn`, (_: MathLibrary, a: unknown, b: unknown, c: unknown) => extreme([a, b, c], better, name));
  }
}

function addQuantityType(environment: Environment): void {
  const type = 'kubernetes.Quantity';
  const compare = (a: CelQuantity, b: CelQuantity): number => compareQuantities(a.quantity, b.quantity);
  environment.registerType(type, CelQuantity);
  environment.registerFunction('isQuantity(string): bool', (text: string) => isQuantity(text));
  environment.registerFunction(`quantity(string): ${type}`, (text: string) => new CelQuantity(parseQuantity(text)));
  environment.registerFunction(`${type}.isLessThan(${type}): bool`, (a: CelQuantity, b: CelQuantity) => compare(a, b) < 0);
  environment.registerFunction(`${type}.isGreaterThan(${type}): bool`, (a: CelQuantity, b: CelQuantity) => compare(a, b) > 0);
  environment.registerFunction(`${type}.compareTo(${type}): int`, (a: CelQuantity, b: CelQuantity) => BigInt(compare(a, b)));
  environment.registerFunction(`${type}.sign(): int`, ({ quantity }: CelQuantity) => (quantity.nano > 0n ? 1n : quantity.nano < 0n ? -1n : 0n));
  environment.registerFunction(`${type}.isInteger(): bool`, ({ quantity }: CelQuantity) => quantity.nano % 1_000_000_000n === 0n);
  environment.registerFunction(`${type}.asInteger(): int`, ({ quantity }: CelQuantity) => quantityAsInteger(quantity));
  environment.registerFunction(`${type}.asApproximateFloat(): double`, ({ quantity }: CelQuantity) => quantityAsNumber(quantity));
  environment.registerFunction(`${type}.add(${type}): ${type}`, (a: CelQuantity, b: CelQuantity) => new CelQuantity(addQuantities(a.quantity, b.quantity)));
  environment.registerFunction(`${type}.sub(${type}): ${type}`, (a: CelQuantity, b: CelQuantity) => new CelQuantity(addQuantities(a.quantity, { ...b.quantity, nano: -b.quantity.nano })));
}

function addAddresses(environment: Environment): void {
  const type = 'kubernetes.URL';
  const isUrl = (text: string): boolean => text.startsWith('/') || URL.canParse(text);
  environment.registerFunction('isIP(string): bool', (text: string) => isIPv4(text) || isIPv6(text));
  environment.registerFunction('isCIDR(string): bool', (text: string) => isCidr(text));
  environment.registerFunction('isURL(string): bool', isUrl);
  environment.registerType(type, CelUrl);
  environment.registerFunction(`url(string): ${type}`, (text: string) => new CelUrl(text));
  environment.registerFunction(`${type}.getScheme(): string`, ({ url }: CelUrl) => (url.protocol === 'relative:' ? '' : url.protocol.slice(0, -1)));
  environment.registerFunction(`${type}.getHost(): string`, ({ host }: CelUrl) => host);
  environment.registerFunction(`${type}.getHostname(): string`, ({ host }: CelUrl) => host.replace(/:\d*$/, '').replace(/^\[|\]$/g, ''));
  environment.registerFunction(`${type}.getPort(): string`, ({ host }: CelUrl) => /:(\d*)$/.exec(host)?.[1] ?? '');
  environment.registerFunction(`${type}.getEscapedPath(): string`, ({ url }: CelUrl) => url.pathname);
}

function fail(message: string): never {
  throw new Error(message);
}
