import { isRecord } from '../../../../kubernetes/json.js';

const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)/g;
const AGE = /^(<1s|\d+[smhd](\d+[smhd])?)$/;
/** Their values differ from run to run; that they are there does not. */
const OPAQUE = new Set(['continue', 'token', 'storageVersionHash', 'serverAddress', 'serverAddressByClientCIDRs', 'pod-template-hash', 'remainingItemCount', 'gitCommit', 'buildDate', 'goVersion', 'compiler', 'platform', 'gitTreeState']);

/** Replaces what no two servers have in common: uids and versions by their order of appearance, times by their presence. */
export function normalForm(body: unknown, names: ReadonlyMap<string, string>): unknown {
  const uids = new Map<string, string>();
  const versions = new Map<string, string>();
  // Long names first: some begin with others.
  const known = [...names].sort(([a], [b]) => b.length - a.length);
  const text = (value: string): string => {
    let result = value;
    for (const [actual, shown] of known) result = result.replaceAll(actual, shown);
    return result
      .replace(UID, (uid) => remembered(uids, uid, 'U'))
      .replace(/(resourceVersion\\*":\\*"|[Cc]urrent: |in record \()(\d+)/g, (_all, before: string) => `${before}R`)
      .replace(TIME, 'T')
      .replace(AGE, 'AGE')
      .replace(/\b10\.9[6-9]\.\d+\.\d+\b/g, 'CLUSTER IP')
      // Where its programmers defined it, as the compiler was told.
      .replace(/in scheme \\?"[^"\\]*\\?"/g, 'in scheme SCHEME')
      .replace(/^(\d+):3[0-2]\d{3}\//, '$1:NODE PORT/');
  };
  const walk = (value: unknown, key: string, columns = false): unknown => {
    if (key === 'resourceVersion' && typeof value === 'string' && value !== '') return remembered(versions, value, 'R');
    if (key === 'nodePort' && typeof value === 'number' && value >= 30000 && value <= 32767) return 'NODE PORT';
    if (key === 'description' && columns) return 'DESCRIPTION';
    if (OPAQUE.has(key) && value !== '' && value !== undefined) return 'PRESENT';
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) {
      const items = value.map((item: unknown) => walk(item, '', columns || key === 'columnDefinitions'));
      // Their order is that of times, which no two runs share.
      if (key === 'managedFields') return items.sort((a, b) => (entryName(a) < entryName(b) ? -1 : 1));
      if (key === 'resources' && items.every(isRecord)) return items.sort((a, b) => (resourceName(a) < resourceName(b) ? -1 : 1));
      return key === 'causes' ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
    }
    if (!isRecord(value)) return value;
    const keys = Object.keys(value).sort();
    if (key === '' && manyCauses(value)) value['message'] = String(value['message']).replace(/ is invalid: \[.*/s, ' is invalid: […]');
    return Object.fromEntries(keys.filter((each) => value[each] !== undefined && !isEmptyTime(each, value[each])).map((each) => [text(each), walk(value[each], each, columns)]));
  };
  return walk(withoutOwnVersion(body), '');
}

/** A list's own version is that of its last item only while nobody else writes anything, which is a matter of time. */
function withoutOwnVersion(body: unknown): unknown {
  if (!isRecord(body) || !isRecord(body['metadata']) || !(Array.isArray(body['items']) || Array.isArray(body['rows']))) return body;
  const { resourceVersion, ...metadata } = body['metadata'];
  return { ...body, metadata: { ...metadata, ...(resourceVersion === undefined ? {} : { listVersion: resourceVersion === '' ? '' : 'PRESENT' }) } };
}

function entryName(entry: unknown): string {
  return isRecord(entry) ? [entry['operation'], entry['manager'], entry['subresource'], entry['apiVersion']].join(' ') : '';
}

/** Of an entry in discovery, whose order is that in which definitions were established. */
function resourceName(entry: unknown): string {
  return isRecord(entry) ? String(entry['name']) : '';
}

/** The message repeats the causes, in an order that is not stable. */
function manyCauses(value: Record<string, unknown>): boolean {
  const details = value['details'];
  return isRecord(details) && Array.isArray(details['causes']) && details['causes'].length > 1;
}

/** `creationTimestamp: null` says nothing. */
const isEmptyTime = (key: string, value: unknown): boolean => key === 'creationTimestamp' && value === null;

function remembered(known: Map<string, string>, value: string, letter: string): string {
  const name = known.get(value) ?? `${letter}${known.size + 1}`;
  known.set(value, name);
  return name;
}

/**
 * Where two normal forms differ, as lines; empty when they do not.
 * @param partial what is expected was trimmed: more may be there
 */
export function differences(expected: unknown, actual: unknown, partial: boolean, at = ''): string[] {
  if (partial && expected === '(trimmed)') return [];
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (expected.length !== actual.length) return [`${at}: ${expected.length} items expected, ${actual.length} found`];
    return expected.flatMap((item, index) => differences(item, actual[index], partial, `${at}[${index}]`));
  }
  if (isRecord(expected) && isRecord(actual)) {
    const trimmed = partial || (isRecord(expected['metadata']) && expected['metadata']['name'] !== undefined && expected['metadata']['uid'] === undefined && expected['kind'] === undefined && expected['cells'] === undefined);
    const keys = new Set([...Object.keys(expected), ...(trimmed ? [] : Object.keys(actual))]);
    return [...keys].flatMap((key) => differences(expected[key], actual[key], trimmed, `${at}.${key}`));
  }
  return JSON.stringify(expected) === JSON.stringify(actual) ? [] : [`${at}: expected ${shown(expected)} found ${shown(actual)}`];
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
