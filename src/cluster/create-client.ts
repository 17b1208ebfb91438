import { systemClock, type Clock } from '../ports/clock.js';
import type { KubernetesObject, ObjectName, Resource } from '../kubernetes/objects.js';
import { apiVersionOf, pathOf } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';
import type { Random } from '../ports/random.js';
import type { ApiRequest, Transport } from '../ports/transport.js';
import { errorOf, objectOf, parseJson } from './api-answer.js';
import { isNotFound } from './api-error.js';
import type { ClusterClient, DeleteOptions, ListOptions, PatchKind, WatchOptions, WriteOptions } from './client.js';
import { listAll } from './paging.js';
import { sendRetrying, type RetryLimits } from './retrying.js';
import { watchEvents } from './watch-stream.js';

export interface ClientOptions {
  /** Who the server records as owner of the fields that we write, unless a call says otherwise. */
  readonly fieldManager: string;
  readonly clock?: Clock;
  readonly random?: Random;
  /** How often and how long requests are tried again. */
  readonly retries?: Partial<RetryLimits>;
  /** Objects per page of a list, default 500. */
  readonly pageSize?: number;
}

const CONTENT_TYPES: Record<PatchKind | 'apply', string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/**
 * A client of the API behind `transport`. Reads are tried again after 429, 5xx and lost connections; other requests that
 * may be repeated only after 429, which the server answers before it does anything; POST and JSON patches never.
 */
export function createClient(transport: Transport, options: ClientOptions): ClusterClient {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const limits: RetryLimits = { tries: 4, first: 250, longest: 4_000, longestRetryAfterSeconds: 30, ...options.retries };

  const text = async (request: ApiRequest, idempotent: boolean): Promise<string> => {
    const answer = await sendRetrying(transport, request, idempotent, { clock, random, limits });
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    throw errorOf(answer, describe(request), clock.now());
  };
  const read = async (path: string, query: URLSearchParams, signal: AbortSignal | undefined): Promise<unknown> => {
    const request: ApiRequest = { method: 'GET', path, query, ...withSignal(signal) };
    return parseJson(await text(request, true), describe(request));
  };
  const write = async <T extends KubernetesObject>(
    resource: Resource<T>,
    request: Pick<ApiRequest, 'method' | 'path'>,
    body: unknown,
    contentType: string,
    idempotent: boolean,
    writeOptions: WriteOptions & { force?: boolean } = {},
  ): Promise<T> => {
    const whole: ApiRequest = {
      ...request,
      query: writeQuery(writeOptions, options.fieldManager),
      headers: { 'content-type': contentType },
      body: JSON.stringify(body),
      ...withSignal(writeOptions.signal),
    };
    return objectOf(resource, parseJson(await text(whole, idempotent), describe(whole)), describe(whole));
  };

  const client: ClusterClient = {
    async get(resource, name, { signal } = {}) {
      const path = objectPath(resource, name);
      return objectOf(resource, await read(path, new URLSearchParams(), signal), `GET ${path}`);
    },
    async find(resource, name, getOptions) {
      try {
        return await client.get(resource, name, getOptions);
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    list(resource, listOptions = {}) {
      const path = collectionPath(resource, listOptions);
      return listAll(resource, path, options.pageSize ?? 500, (page) => read(path, listQuery(listOptions, page), listOptions.signal));
    },
    watch(resource, watchOptions) {
      return watch(transport, clock, resource, watchOptions);
    },
    create(resource, object, writeOptions) {
      const path = pathOf(resource, { ...namespaceOf(object.metadata), ...subresourceOf(writeOptions) });
      return write(resource, { method: 'POST', path }, typed(resource, object), 'application/json', false, writeOptions);
    },
    replace(resource, object, writeOptions) {
      const path = objectPath(resource, object.metadata, writeOptions);
      return write(resource, { method: 'PUT', path }, typed(resource, object), 'application/json', true, writeOptions);
    },
    patch(resource, name, { kind, body }, writeOptions) {
      const path = objectPath(resource, name, writeOptions);
      return write(resource, { method: 'PATCH', path }, body, CONTENT_TYPES[kind], kind !== 'json', writeOptions);
    },
    apply(resource, object, writeOptions) {
      const path = objectPath(resource, object.metadata, writeOptions);
      return write(resource, { method: 'PATCH', path }, typed(resource, object), CONTENT_TYPES.apply, true, writeOptions);
    },
    async delete(resource, name, { signal, ...deleteOptions }: DeleteOptions = {}) {
      await text(
        {
          method: 'DELETE',
          path: objectPath(resource, name),
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', ...deleteOptions }),
          ...withSignal(signal),
        },
        true,
      );
    },
    async evict({ namespace, name }, { signal } = {}) {
      const path = pathOf(resources.pods, { namespace, name, subresource: 'eviction' });
      const body = JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name } });
      await text({ method: 'POST', path, headers: { 'content-type': 'application/json' }, body, ...withSignal(signal) }, false);
    },
    raw(path, query, { signal } = {}) {
      return text({ method: 'GET', path, ...(query ? { query } : {}), headers: { accept: '*/*' }, ...withSignal(signal) }, true);
    },
  };
  return client;
}

async function* watch<T extends KubernetesObject>(transport: Transport, clock: Clock, resource: Resource<T>, options: WatchOptions) {
  const path = collectionPath(resource, options);
  const query = selection(options);
  query.set('watch', 'true');
  query.set('allowWatchBookmarks', 'true');
  query.set('resourceVersion', options.resourceVersion);
  if (options.timeoutSeconds !== undefined) query.set('timeoutSeconds', String(options.timeoutSeconds));
  const request = `WATCH ${path}`;
  const answer = await transport.stream({ method: 'GET', path, query, ...withSignal(options.signal) });
  if (answer.status >= 200 && answer.status < 300) {
    yield* watchEvents(resource, answer.chunks, request);
    return;
  }
  let body = '';
  for await (const chunk of answer.chunks) {
    body += chunk;
    if (body.length > 65_536) break;
  }
  throw errorOf({ ...answer, body }, request, clock.now());
}

function objectPath(resource: Resource<KubernetesObject>, name: ObjectName, options: WriteOptions = {}): string {
  if (name.name === '') throw new Error(`a ${resource.kind} without a name cannot be asked for`);
  if (resource.namespaced && (name.namespace === undefined || name.namespace === '')) {
    throw new Error(`${resource.kind} "${name.name}": the namespace is missing`);
  }
  return pathOf(resource, { name: name.name, ...namespaceOf(name), ...subresourceOf(options) });
}

function collectionPath(resource: Resource<KubernetesObject>, { namespace }: ListOptions): string {
  return pathOf(resource, namespace === undefined || namespace === '' ? {} : { namespace });
}

function typed(resource: Resource<KubernetesObject>, object: KubernetesObject): KubernetesObject {
  // A `Scale` keeps its own kind.
  return object.kind === '' || object.apiVersion === '' ? { ...object, kind: resource.kind, apiVersion: apiVersionOf(resource) } : object;
}

function selection({ labelSelector, fieldSelector }: ListOptions): URLSearchParams {
  const query = new URLSearchParams();
  if (labelSelector !== undefined && labelSelector !== '') query.set('labelSelector', labelSelector);
  if (fieldSelector !== undefined && fieldSelector !== '') query.set('fieldSelector', fieldSelector);
  return query;
}

function listQuery(options: ListOptions, page: { limit?: number; continue?: string }): URLSearchParams {
  const query = selection(options);
  if (page.limit !== undefined) query.set('limit', String(page.limit));
  if (page.continue !== undefined) query.set('continue', page.continue);
  return query;
}

function writeQuery(options: WriteOptions & { force?: boolean }, fieldManager: string): URLSearchParams {
  const query = new URLSearchParams({ fieldManager: options.fieldManager ?? fieldManager });
  if (options.force === true) query.set('force', 'true');
  if (options.dryRun === true) query.set('dryRun', 'All');
  if (options.fieldValidation !== undefined) query.set('fieldValidation', options.fieldValidation);
  return query;
}

const describe = ({ method, path }: ApiRequest): string => `${method} ${path}`;
const withSignal = (signal: AbortSignal | undefined): { signal?: AbortSignal } => (signal ? { signal } : {});
const namespaceOf = ({ namespace }: { namespace?: string }): { namespace?: string } => (namespace === undefined ? {} : { namespace });
const subresourceOf = (options: WriteOptions | undefined): { subresource?: string } =>
  options?.subresource === undefined ? {} : { subresource: options.subresource };
