import { parseDuration } from './durations.js';
import { envoyFormatProblem } from './header-changes.js';
import { compileRegex } from './string-match.js';
import type { Shape } from './supported-fields.js';

const duration: Shape = (value) => (typeof value === 'string' && parseDuration(value) !== undefined ? undefined : 'is no duration');

const regex: Shape = (value) => {
  if (value === '*') return undefined;
  try {
    compileRegex(String(value));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'is no regular expression';
  }
};

const RETRY_CONDITIONS = new Set([
  ...['5xx', 'gateway-error', 'reset', 'reset-before-request', 'connect-failure', 'refused-stream', 'retriable-4xx', 'retriable-status-codes'],
  ...['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable'],
]);

const retryOn: Shape = (value) => {
  const unknown = String(value)
    .split(',')
    .map((part) => part.trim())
    .find((part) => part !== '' && !/^[1-5]\d\d$/.test(part) && !RETRY_CONDITIONS.has(part));
  return unknown === undefined ? undefined : `condition "${unknown}" is not implemented`;
};

const oneOf =
  (...values: readonly unknown[]): Shape =>
  (value) =>
    values.includes(value) ? undefined : `${JSON.stringify(value)} is not implemented`;

const stringMatch: Shape = { fields: { exact: true, prefix: true, regex } };
const plainNames = (shape: Shape): Shape => ({ each: shape });
const headerMatches: Shape = (value) => {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, match] of Object.entries(value)) {
    if (name.startsWith('@')) return `"${name}" (claims of a token) is not implemented`;
    const pattern: unknown = typeof match === 'object' && match !== null && 'regex' in match ? match.regex : undefined;
    const problem = pattern === undefined || typeof regex !== 'function' ? undefined : regex(pattern);
    if (problem !== undefined) return `"${name}": ${problem}`;
  }
  return undefined;
};
const headerValue: Shape = (value) => (typeof value === 'string' ? envoyFormatProblem(value) : undefined);
const headerOperations: Shape = { fields: { set: { each: headerValue }, add: { each: headerValue }, remove: true } };
const headerChanges: Shape = { fields: { request: headerOperations, response: headerOperations } };
const destination: Shape = { fields: { host: true, subset: true, port: true } };
const percentage: Shape = { fields: { value: true } };

const httpMatch: Shape = {
  fields: {
    name: true,
    uri: stringMatch,
    scheme: stringMatch,
    method: stringMatch,
    authority: stringMatch,
    headers: headerMatches,
    withoutHeaders: headerMatches,
    queryParams: plainNames(stringMatch),
    ignoreUriCase: true,
    port: true,
    sourceLabels: true,
    sourceNamespace: true,
    gateways: true,
    statPrefix: true,
  },
};

const httpRoute: Shape = {
  fields: {
    name: true,
    match: { each: httpMatch },
    route: { each: { fields: { destination, weight: true, headers: headerChanges } } },
    rewrite: { fields: { uri: true, authority: true, uriRegexRewrite: { fields: { match: regex, rewrite: true } } } },
    redirect: { fields: { uri: true, authority: true, port: true, derivePort: true, scheme: true, redirectCode: oneOf(0, 301, 302, 303, 307, 308) } },
    directResponse: { fields: { status: true, body: { fields: { string: true, bytes: true } } } },
    headers: headerChanges,
    timeout: duration,
    retries: { fields: { attempts: true, perTryTimeout: duration, retryOn, backoff: duration, retryIgnorePreviousHosts: true, retryRemoteLocalities: oneOf(false) } },
    mirror: destination,
    mirrorPercent: true,
    mirror_percent: true,
    mirrorPercentage: percentage,
    mirrors: { each: { fields: { destination, percentage } } },
    fault: {
      fields: {
        delay: { fields: { fixedDelay: duration, percentage, percent: true } },
        abort: { fields: { httpStatus: true, percentage } },
      },
    },
  },
};

/** The fields of a VirtualService's spec that are implemented. */
export const virtualServiceFields: Shape = { fields: { hosts: true, gateways: true, exportTo: true, http: { each: httpRoute } } };

const loadBalancer: Shape = {
  fields: {
    simple: oneOf('UNSPECIFIED', 'RANDOM', 'ROUND_ROBIN', 'LEAST_REQUEST', 'LEAST_CONN'),
    consistentHash: {
      fields: { httpHeaderName: true, httpCookie: { fields: { name: true, path: true, ttl: duration } }, httpQueryParameterName: true, useSourceIp: true },
    },
  },
};
const trafficPolicy: Shape = { fields: { loadBalancer, portLevelSettings: { each: { fields: { port: true, loadBalancer } } } } };

/** The fields of a DestinationRule's spec that are implemented. */
export const destinationRuleFields: Shape = {
  fields: { host: true, exportTo: true, trafficPolicy, subsets: { each: { fields: { name: true, labels: true, trafficPolicy } } } },
};

const httpProtocol: Shape = (value) => (String(value).toUpperCase() === 'HTTP' ? undefined : `protocol ${String(value)} is not implemented, only HTTP`);

/** The fields of a Gateway's spec that are implemented. */
export const gatewayFields: Shape = {
  fields: {
    selector: true,
    servers: { each: { fields: { name: true, hosts: true, port: { fields: { name: true, number: true, protocol: httpProtocol, targetPort: true } } } } },
  },
};
