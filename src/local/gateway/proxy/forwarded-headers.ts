import type { HeaderChanges } from '../configuration/header-changes.js';
import type { RoutedRequest } from '../configuration/request.js';

/** Headers that mean one connection only. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'trailer', 'expect', 'host']);
const RESPONSE_HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);
const FORWARDED_FOR = 'x-forwarded-for';
const ADDED = [FORWARDED_FOR, 'x-forwarded-proto', 'x-request-id'];

/** By length whether a name can be one of `names`: most headers are passed on without another look. */
const lengthsOf = (names: Iterable<string>): boolean[] => {
  const lengths = new Array<boolean>(32).fill(false);
  for (const { length } of names) lengths[length] = true;
  return lengths;
};
const REQUEST_LENGTHS = lengthsOf([...HOP_BY_HOP, ...ADDED, 'te']);
const RESPONSE_LENGTHS = lengthsOf(RESPONSE_HOP_BY_HOP);

export interface ForwardingOptions {
  readonly authority: string;
  readonly scheme: string;
  /** Set at the edge only, where the sender's address is added to `x-forwarded-for`. */
  readonly remoteAddress: string | undefined;
  /** Makes an id for a request that has none. */
  readonly requestId: () => string;
}

/** The headers to send on: a flat list of names, in any case, and values. */
export function requestHeaders(raw: readonly string[], { authority, scheme, remoteAddress, requestId }: ForwardingOptions): string[] {
  const headers = ['host', authority];
  let forwardedFor = '';
  let hasId = false;
  let hasScheme = false;
  let named: string[] | undefined;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const original = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    if (REQUEST_LENGTHS[original.length] !== true) {
      headers.push(original, value);
      continue;
    }
    const name = original.toLowerCase();
    if (name === 'connection') named = connectionOptions(value);
    if (HOP_BY_HOP.has(name) || (name === 'te' && value !== 'trailers')) continue;
    if (name === 'x-forwarded-for' && remoteAddress !== undefined) {
      forwardedFor = forwardedFor === '' ? value : `${forwardedFor},${value}`;
      continue;
    }
    if (name === 'x-forwarded-proto') hasScheme = true;
    else if (name === 'x-request-id') hasId = true;
    headers.push(name, value);
  }
  if (remoteAddress !== undefined) headers.push('x-forwarded-for', forwardedFor === '' ? remoteAddress : `${forwardedFor},${remoteAddress}`);
  if (!hasScheme) headers.push('x-forwarded-proto', scheme);
  if (!hasId) headers.push('x-request-id', requestId());
  return named === undefined ? headers : without(headers, named);
}

/** The options of a `Connection` header that name other headers; undefined when none does. */
function connectionOptions(value: string): string[] | undefined {
  if (value === 'keep-alive' || value === 'close') return undefined;
  const options = value
    .toLowerCase()
    .split(',')
    .map((option) => option.trim())
    .filter((option) => option !== '' && option !== 'close' && option !== 'host' && !HOP_BY_HOP.has(option));
  return options.length === 0 ? undefined : options;
}

function without(headers: readonly string[], names: readonly string[]): string[] {
  return headers.filter((_, index) => !names.includes((headers[index - (index % 2)] ?? '').toLowerCase()));
}

/** The headers to answer with, from the raw ones of the upstream: a flat list. */
export function responseHeaders(raw: readonly (Buffer | string)[]): string[] {
  const headers: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = text(raw[index]);
    if (RESPONSE_LENGTHS[name.length] === true && RESPONSE_HOP_BY_HOP.has(name.toLowerCase())) continue;
    headers.push(name, text(raw[index + 1]));
  }
  return headers;
}

const text = (value: Buffer | string | undefined): string => (typeof value === 'string' ? value : (value?.toString('latin1') ?? ''));

/**
 * What ingress-nginx says of a request beyond Envoy's headers. It takes nobody's word for where a request comes from: what
 * the client sent under these names is replaced. @param raw headers as they came in. @param port that the client means
 */
export function nginxRequestHeaders(raw: readonly string[], request: RoutedRequest, port: number): HeaderChanges {
  const before = raw.filter((_, index) => index % 2 === 1 && raw[index - 1]?.length === FORWARDED_FOR.length && raw[index - 1]?.toLowerCase() === FORWARDED_FOR);
  const set: [string, string][] = [
    ['x-real-ip', request.remoteAddress],
    ['x-forwarded-for', request.remoteAddress],
    ['x-forwarded-host', request.authority],
    ['x-forwarded-port', String(port)],
    ['x-forwarded-proto', request.scheme],
    ['x-forwarded-scheme', request.scheme],
    ['x-scheme', request.scheme],
  ];
  if (before.length > 0) set.push(['x-original-forwarded-for', before.join(', ')]);
  return { remove: ['proxy'], set, add: [], authority: undefined };
}
