import { expect, it } from 'vitest';
import { isRecord } from '../../../kubernetes/json.js';
import type { User } from '../request/users.js';
import { caller, startApi } from '../testing/local-client.js';
import { builtinSchemas } from '../decoding/builtin-schemas.js';
import { KindRegistry } from '../kind-registry.js';
import { builtinKinds } from './registry.js';

const PREFIX = '#/components/schemas/';
const DEPTH = 7;
const SERVERS_OWN = new Set(['apiVersion', 'kind', 'status', 'managedFields']);
/** No administrator: what they write is weighed against their rights, too. */
const jane: User = { username: 'jane', groups: ['system:authenticated'] };

/** A schema with its reference followed. */
function followed(schema: unknown): Record<string, unknown> {
  if (!isRecord(schema)) return {};
  const [first] = Array.isArray(schema['allOf']) ? schema['allOf'] : [];
  const reference = schema['$ref'] ?? (isRecord(first) ? first['$ref'] : undefined);
  const target = typeof reference === 'string' ? builtinSchemas.definitions[reference.slice(PREFIX.length)] : undefined;
  return isRecord(target) ? target : schema;
}

/** What stands at the end of each path of an object that is made to have holes. */
const HOLES: Readonly<Record<string, (schema: Record<string, unknown>, deeper: (schema: unknown) => unknown) => unknown>> = {
  'null for every field': () => null,
  'empty parts': ({ type, properties }) => (isRecord(properties) || type === 'object' ? {} : type === 'array' ? [] : undefined),
  'lists and maps of null': ({ type, properties }, deeper) => (isRecord(properties) ? deeper({ properties }) : type === 'array' ? [null] : type === 'object' ? { a: null } : undefined),
  'lists of parts with lists of null': ({ type, properties, items }, deeper) => (isRecord(properties) ? deeper({ properties }) : type === 'array' ? [deeper(items) ?? null] : undefined),
};

function withHoles(schema: unknown, hole: keyof typeof HOLES, depth = 0): unknown {
  const { properties } = followed(schema);
  if (!isRecord(properties) || depth > DEPTH) return undefined;
  const fields = Object.keys(properties).filter((field) => !SERVERS_OWN.has(field));
  return Object.fromEntries(fields.map((field) => [field, HOLES[hole]?.(followed(properties[field]), (deeper) => withHoles(deeper, hole, depth + 1))]));
}

it.each(Object.keys(HOLES))('%s: refused or taken, but never a failure of the server', async (hole) => {
  const { api, call: admin } = startApi();
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await admin('POST', `${rbac}/clusterrolebindings`, {
    metadata: { name: 'jane' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }],
  });
  const call = caller(api.transport(jane));
  const failures: string[] = [];
  const send = async (method: 'POST' | 'PUT' | 'PATCH', path: string, body: unknown): Promise<void> => {
    const { status, body: answer } = await call(method, path, body);
    if (status === 500 && answer.includes('at ')) failures.push(`${method} ${path}: ${answer.slice(0, 300)}`);
  };
  for (const { kind, apiVersion, version } of new KindRegistry(builtinKinds(), builtinSchemas).all()) {
    const { group, plural, namespaced } = kind.resource;
    const path = `${group === '' ? '/api' : `/apis/${group}`}/${version}${namespaced ? '/namespaces/default' : ''}/${plural}`;
    const content = withHoles(builtinSchemas.definitions[kind.schemaName], hole);
    const given: Record<string, unknown> = isRecord(content) ? content : {};
    const whole = { ...given, apiVersion, kind: kind.resource.kind };
    const named = { ...whole, metadata: { name: 'x' } };
    await send('POST', path, whole);
    await send('POST', path, { ...whole, metadata: { ...(isRecord(given['metadata']) ? given['metadata'] : {}), name: 'x', namespace: undefined } });
    await send('POST', path, named);
    await send('PUT', `${path}/x`, named);
    for (const [field, value] of Object.entries(given)) await send('PATCH', `${path}/x`, { [field]: value });
  }
  expect(failures).toEqual([]);
});

it('metadata of custom objects with holes or of the wrong type are refused or taken, too', async () => {
  const { call } = startApi();
  const names = { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' };
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { size: { type: 'integer' } } } } }];
  await call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { metadata: { name: 'things.a.test' }, spec: { group: 'a.test', scope: 'Namespaced', names, versions } });
  const path = '/apis/a.test/v1/namespaces/default/things';
  const create = async (name: string, metadata: object) => (await call('POST', path, { apiVersion: 'a.test/v1', kind: 'Thing', metadata: { name, ...metadata } })).json;
  expect(await create('a', { labels: { a: null }, annotations: { b: null } })).toMatchObject({ metadata: { labels: { a: '' }, annotations: { b: '' } } });
  expect(await create('b', { finalizers: [null], ownerReferences: [null] })).toMatchObject({ code: 422 });
  expect(await create('c', { annotations: { a: 5 } })).toMatchObject({ code: 400, message: expect.stringContaining('cannot unmarshal number') });
  expect(await create('d', { labels: 'all' })).toMatchObject({ code: 400 });
});
