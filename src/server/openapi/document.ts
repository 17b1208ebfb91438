import { ErrorAnswer } from '../error-answer.js';
import type { Route } from '../route.js';

/** What each error status means here. */
const ERRORS: Readonly<Record<number, string>> = {
  400: 'The request is wrong; the message says where.',
  401: 'Nobody is signed in, or what they signed in with does not count any more.',
  403: 'This person may not, or the request comes from a page of another site.',
  404: 'There is no such thing, or none that this person may see.',
  405: 'This path takes other methods.',
  409: 'It changed meanwhile, or its state refuses this.',
  413: 'The body is too large.',
  415: 'The body is of another type.',
  429: 'Too much at once; Retry-After says when to try again.',
  500: 'A fault of the server.',
  503: 'The cluster cannot be reached; Retry-After says when to try again.',
};

type Json = Record<string, unknown>;

const CSRF: Json = { name: 'X-Serin-CSRF', in: 'header', required: false, description: 'The value of `csrf` in the session; needed with a cookie, not with a bearer token.', schema: { type: 'string' } };

/**
 * The API as an OpenAPI 3.1 document, made from the routes that are served, so that it cannot say anything else.
 * https://spec.openapis.org/oas/v3.1.0
 */
export function openApiDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of [...routes].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Serin', version: 'v1', description: 'Releases, policies, approvals and image updates, as the page shows them. Kubernetes RBAC decides who may see and do what.' },
    paths: {
      '/healthz': { get: { operationId: 'health', summary: 'Whether this server runs.', security: [], responses: { 200: { description: 'It does.', content: { 'text/plain': { schema: { type: 'string', const: 'ok' } } } } } } },
      ...paths,
    },
    components: {
      schemas: { Error: plain(ErrorAnswer) },
      responses: Object.fromEntries(Object.entries(ERRORS).map(([status, description]) => [`Error${status}`, { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } }])),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A bearer token of the cluster.' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-serin', description: 'From signing in on the page; serin-PORT where the page is served by HTTP on loopback. Every change carries X-Serin-CSRF as well.' },
      },
    },
    security: [{ token: [] }, { session: [] }],
  };
}

/** The statuses that a route may answer with when it does not succeed. */
export function errorStatuses({ open, body, bytes }: Pick<Route, 'open' | 'body' | 'bytes'>): number[] {
  return [400, 401, 403, 404, 405, 409, ...(body === undefined && bytes === undefined ? [] : [413, 415]), 429, 500, 503].filter((status) => !open || bytes !== undefined || status !== 409);
}

function operationOf(route: Route): Json {
  const { operationId, summary, params, query, body, bytes, answers, contentType = 'application/json', open, changes } = route;
  const parameters = [...parametersOf(params, 'path'), ...parametersOf(query, 'query'), ...(changes && !open ? [CSRF] : [])];
  const responses: Json = {};
  for (const [status, schema] of Object.entries(answers)) {
    const { description } = schema as { description?: unknown };
    const empty = (schema as { type?: unknown }).type === 'null';
    responses[status] = { description: typeof description === 'string' ? description : summary, ...(empty ? {} : { content: { [contentType]: { schema: plain(schema) } } }) };
  }
  for (const status of errorStatuses(route)) responses[status] = { $ref: `#/components/responses/Error${status}` };
  return {
    operationId,
    summary,
    ...(open ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: plain(body) } } } }),
    ...(bytes === undefined ? {} : { requestBody: { required: true, content: { '*/*': { schema: {} } } } }),
    responses,
  };
}

function parametersOf(schema: Route['params'], place: 'path' | 'query'): Json[] {
  const properties: Readonly<Record<string, unknown>> = schema?.properties ?? {};
  const required: readonly string[] = schema?.required ?? [];
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = plain(property);
    return { name, in: place, required: place === 'path' || required.includes(name), ...(description === undefined ? {} : { description }), schema: rest };
  });
}

/** Without the library's own marks. */
function plain(schema: unknown): Json {
  return JSON.parse(JSON.stringify(schema)) as Json;
}
