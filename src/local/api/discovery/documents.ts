import { notAcceptableStatus } from '../../../kubernetes/status.js';
import { metricGroups } from '../measured/metric-values.js';
import { failureAnswer, jsonAnswer, textAnswer, type Answer } from '../request/answer.js';
import type { ServerContext } from '../server-context.js';
import { includesType, parseAccept } from '../serving/accept.js';
import { aggregatedDiscovery } from './aggregated.js';
import { catalogue, type GroupEntry } from './catalogue.js';
import { coreVersions, groupList, resourceList, singleGroup } from './legacy.js';
import { openApiV2 } from './openapi-v2.js';
import { openApiIndex, openApiOf } from './openapi-v3.js';
import { serverVersion } from './server-version.js';

type Headers = Readonly<Record<string, string>>;

/**
 * Answers what the server says about itself.
 * @returns undefined for a path that is no such document
 */
export function discoveryAnswer(server: ServerContext, path: string, query: URLSearchParams, headers: Headers): Answer | undefined {
  switch (path) {
    case '/version':
      return jsonAnswer(200, serverVersion);
    case '/healthz':
    case '/livez':
    case '/readyz':
      return query.has('verbose') ? textAnswer(200, `[+]ping ok\n${path.slice(1)} check passed\n`) : textAnswer(200, 'ok');
    case '/':
      return jsonAnswer(200, { paths: rootPaths(server) });
    case '/openapi/v2':
      return openApiV2(server, headers);
    case '/openapi/v3':
      return jsonAnswer(200, openApiIndex(server));
  }
  if (path.startsWith('/openapi/v3/')) return openApiOf(server, path.slice('/openapi/v3/'.length));
  return groupAnswer(server, path, headers);
}

function groupAnswer(server: ServerContext, path: string, headers: Headers): Answer | undefined {
  const [root, first, second, ...rest] = path.split('/').filter((part) => part !== '');
  if ((root !== 'api' && root !== 'apis') || rest.length > 0) return undefined;
  if (root === 'api' && second !== undefined) return undefined;
  const groups = catalogue(server.kinds, metricGroups(server.store));
  if (first === undefined) return rootAnswer(groups, root, headers);
  const group = groups.find(({ name }) => name === (root === 'api' ? '' : first));
  if (group === undefined) return undefined;
  const wanted = root === 'api' ? first : second;
  if (wanted === undefined) return plainJson(headers, singleGroup(group));
  const version = group.versions.find((each) => each.version === wanted);
  return version && plainJson(headers, resourceList(group.name, version));
}

function rootAnswer(groups: readonly GroupEntry[], root: string, headers: Headers): Answer {
  const mine = groups.filter(({ name }) => (name === '') === (root === 'api'));
  for (const { type, parameters } of parseAccept(headers['accept'])) {
    if (!includesType(type, 'application/json')) continue;
    const { as, g, v = '' } = parameters;
    if (as === undefined) break;
    if (as !== 'APIGroupDiscoveryList' || g !== 'apidiscovery.k8s.io' || (v !== 'v2' && v !== 'v2beta1')) continue;
    const contentType = `application/json;g=apidiscovery.k8s.io;v=${v};as=APIGroupDiscoveryList`;
    return { ...jsonAnswer(200, aggregatedDiscovery(mine, v)), headers: { 'content-type': contentType, vary: 'Accept' } };
  }
  return plainJson(headers, root === 'api' ? coreVersions('127.0.0.1:0') : groupList(groups));
}

function plainJson(headers: Headers, value: object): Answer {
  const acceptable = parseAccept(headers['accept']).some(({ type }) => includesType(type, 'application/json'));
  if (acceptable) return jsonAnswer(200, value);
  return failureAnswer({ ...notAcceptableStatus('406: Not Acceptable\n\nAvailable representations: application/json'), details: {} });
}

function rootPaths(server: ServerContext): string[] {
  const groups = catalogue(server.kinds, metricGroups(server.store)).filter(({ name }) => name !== '');
  const paths = groups.flatMap(({ name, versions }) => [`/apis/${name}`, ...versions.map(({ version }) => `/apis/${name}/${version}`)]);
  return ['/api', '/api/v1', '/apis', '/apis/', ...paths, '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'].sort();
}
