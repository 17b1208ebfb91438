import type { Ingress } from '../../../../kubernetes/generated/networking-v1.js';
import { parseSize, rangesProblem } from './access.js';
import { anything, basic, bool, natural, nextUpstream, off, oneOf, parseBool, parseWhole, pattern, rewriteTarget, seconds, whole, type AnnotationCheck } from './annotation-checks.js';
import { mirrorTarget } from './mirror-target.js';

/** What the names of ingress-nginx's annotations begin with. */
export const PREFIX = 'nginx.ingress.kubernetes.io/';

/** By name without prefix: everything that is implemented. What is not here is refused. */
const CHECKS: Readonly<Record<string, AnnotationCheck>> = {
  canary: bool,
  'canary-weight': whole,
  'canary-weight-total': whole,
  'canary-by-header': basic,
  'canary-by-header-value': basic,
  'canary-by-header-pattern': pattern,
  'canary-by-cookie': basic,
  affinity: oneOf('cookie'),
  'affinity-mode': oneOf('balanced', 'persistent'),
  'affinity-canary-behavior': oneOf('sticky', 'legacy'),
  'session-cookie-name': basic,
  'session-cookie-path': basic,
  'session-cookie-domain': basic,
  'session-cookie-max-age': seconds,
  'session-cookie-expires': seconds,
  'session-cookie-samesite': oneOf('None', 'Lax', 'Strict'),
  'session-cookie-conditional-samesite-none': off,
  'session-cookie-secure': bool,
  'session-cookie-change-on-failure': bool,
  'rewrite-target': rewriteTarget,
  'use-regex': bool,
  'ssl-redirect': bool,
  'force-ssl-redirect': bool,
  'preserve-trailing-slash': bool,
  'mirror-target': mirrorTarget,
  'mirror-host': basic,
  'mirror-request-body': oneOf('on', 'off'),
  'proxy-read-timeout': natural,
  'proxy-next-upstream': nextUpstream,
  'proxy-next-upstream-tries': natural,
  'proxy-body-size': (value) => (parseSize(value) === undefined ? 'must be a size such as "8m"' : undefined),
  'whitelist-source-range': rangesProblem,
  'allowlist-source-range': rangesProblem,
  'denylist-source-range': rangesProblem,
  'upstream-vhost': basic,
  'backend-protocol': oneOf('HTTP', 'http'),
  'load-balance': oneOf('round_robin'),
  'proxy-buffering': oneOf('off'),
  'proxy-http-version': oneOf('1.1'),
  // Of buffers and logs that the local gateway does not have; they change no answer.
  'client-body-buffer-size': anything,
  'proxy-buffer-size': anything,
  'proxy-buffers-number': anything,
  'proxy-busy-buffers-size': anything,
  'proxy-max-temp-file-size': anything,
  'proxy-request-buffering': anything,
  'enable-access-log': anything,
  'enable-rewrite-log': anything,
  // Only where they ask for nothing.
  'enable-cors': off,
  'enable-modsecurity': off,
  'enable-opentelemetry': off,
  'service-upstream': off,
  'ssl-passthrough': off,
  'from-to-www-redirect': off,
  'use-port-in-redirects': off,
};

/** When a canary's backend takes a request. */
export interface CanaryPolicy {
  readonly weight: number;
  readonly weightTotal: number;
  readonly header: string;
  readonly headerValue: string;
  readonly headerPattern: RegExp | undefined;
  readonly cookie: string;
}

export interface AffinitySettings {
  readonly cookie: boolean;
  readonly mode: 'balanced' | 'persistent' | '';
  readonly legacyCanary: boolean;
  readonly name: string;
  readonly path: string;
  readonly domain: string | undefined;
  readonly maxAge: number | undefined;
  readonly expires: number | undefined;
  readonly sameSite: string | undefined;
  readonly secure: boolean | undefined;
  readonly changeOnFailure: boolean;
}

/** What the annotations of one Ingress say. */
export interface IngressSettings {
  /** What is not implemented, in one sentence; undefined when all is. */
  readonly problem: string | undefined;
  /** Undefined for an Ingress that is no canary. */
  readonly canary: CanaryPolicy | undefined;
  readonly affinity: AffinitySettings;
  /** Empty for none. */
  readonly rewriteTarget: string;
  readonly useRegex: boolean;
  readonly sslRedirect: boolean;
  readonly forceSslRedirect: boolean;
  readonly preserveTrailingSlash: boolean;
  readonly mirror: { readonly target: string; readonly host: string; readonly body: boolean } | undefined;
  /** Milliseconds. */
  readonly readTimeout: number;
  /** When a request is tried again, in nginx's words. */
  readonly nextUpstream: readonly string[];
  /** Tries in all; 0 for as many as there are endpoints. */
  readonly tries: number;
  /** Bytes; 0 for any number. */
  readonly bodySize: number;
  /** Ranges of addresses; empty for no such list. */
  readonly allowed: string;
  readonly denied: string;
  /** The Host header for the backend; undefined leaves it. */
  readonly upstreamHost: string | undefined;
}

/** Reads the annotations as ingress-nginx does. */
export function readAnnotations({ metadata }: Ingress): IngressSettings {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(metadata.annotations ?? {})) if (name.startsWith(PREFIX)) values.set(name.slice(PREFIX.length), value);
  const get = (name: string): string => values.get(name) ?? '';
  const flag = (name: string, standard: boolean): boolean => parseBool(values.get(name)) ?? standard;
  const problems = problemsOf(values);
  const enabled = flag('canary', false);
  if (!enabled && ['canary-by-header', 'canary-by-header-value', 'canary-by-header-pattern', 'canary-by-cookie'].some((name) => get(name) !== '')) {
    problems.push(`${PREFIX}canary ("true" is missing beside the other canary annotations)`);
  }
  return {
    problem: problems.length === 0 ? undefined : `not implemented by the local gateway: ${problems.join(', ')}`,
    canary: enabled ? readCanary(values) : undefined,
    affinity: readAffinity(values),
    rewriteTarget: get('rewrite-target'),
    useRegex: flag('use-regex', false),
    sslRedirect: flag('ssl-redirect', true),
    forceSslRedirect: flag('force-ssl-redirect', false),
    preserveTrailingSlash: flag('preserve-trailing-slash', false),
    mirror: get('mirror-target') === '' ? undefined : { target: get('mirror-target'), host: get('mirror-host'), body: get('mirror-request-body') !== 'off' },
    nextUpstream: (get('proxy-next-upstream') === '' ? 'error timeout' : get('proxy-next-upstream')).split(/\s+/),
    tries: parseWhole(values.get('proxy-next-upstream-tries')) ?? 3,
    bodySize: parseSize(get('proxy-body-size')) ?? 1024 ** 2,
    allowed: get('whitelist-source-range') === '' ? get('allowlist-source-range') : get('whitelist-source-range'),
    denied: get('denylist-source-range'),
    readTimeout: (parseWhole(values.get('proxy-read-timeout')) ?? 60) * 1000,
    upstreamHost: get('upstream-vhost') === '' ? undefined : get('upstream-vhost'),
  };
}

function problemsOf(values: ReadonlyMap<string, string>): string[] {
  return [...values].flatMap(([name, value]) => {
    const check = CHECKS[name];
    // ingress-nginx takes an empty value for none.
    if (check !== undefined && value === '') return [];
    if (check === undefined) return [`${PREFIX}${name}`];
    const problem = check(value);
    return problem === undefined ? [] : [`${PREFIX}${name} (${problem})`];
  });
}

function readCanary(values: ReadonlyMap<string, string>): CanaryPolicy {
  const get = (name: string): string => values.get(name) ?? '';
  const expression = get('canary-by-header-pattern');
  return {
    weight: parseWhole(values.get('canary-weight')) ?? 0,
    // A total below 100 counts as 100.
    weightTotal: Math.max(100, parseWhole(values.get('canary-weight-total')) ?? 100),
    header: get('canary-by-header').toLowerCase(),
    headerValue: get('canary-by-header-value'),
    headerPattern: expression === '' || pattern(expression) !== undefined ? undefined : new RegExp(expression),
    cookie: get('canary-by-cookie'),
  };
}

function readAffinity(values: ReadonlyMap<string, string>): AffinitySettings {
  const get = (name: string): string => values.get(name) ?? '';
  const mode = get('affinity-mode');
  return {
    cookie: get('affinity') === 'cookie',
    mode: mode === 'persistent' || mode === 'balanced' ? mode : '',
    legacyCanary: get('affinity-canary-behavior') === 'legacy',
    name: get('session-cookie-name') === '' ? 'INGRESSCOOKIE' : get('session-cookie-name'),
    path: get('session-cookie-path'),
    domain: get('session-cookie-domain') === '' ? undefined : get('session-cookie-domain'),
    maxAge: parseWhole(values.get('session-cookie-max-age')),
    expires: parseWhole(values.get('session-cookie-expires')),
    sameSite: get('session-cookie-samesite') === '' ? undefined : get('session-cookie-samesite'),
    secure: parseBool(values.get('session-cookie-secure')),
    changeOnFailure: parseBool(values.get('session-cookie-change-on-failure')) ?? false,
  };
}
