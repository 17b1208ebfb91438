import { createHash } from 'node:crypto';
import type { ServedKind } from '../kind-registry.js';
import { jsonAnswer, type Answer } from '../request/answer.js';
import type { ServerContext } from '../server-context.js';
import { gvkOf, schemasOf } from './openapi-schemas.js';

const REFERENCE = '#/components/schemas/';
const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } }));
const APPLY_PARAMETERS = [...WRITE_PARAMETERS, { name: 'force', in: 'query', schema: { type: 'boolean', uniqueItems: true } }];
const PATCH_TYPES = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json'];

/** `/openapi/v3`: one document per group and version; the hash in each address changes with its content. */
export function openApiIndex(server: ServerContext): object {
  const places = [...new Set(server.kinds.all().map(placeOf))].sort();
  const paths = places.map((place) => {
    const hash = createHash('sha512').update(JSON.stringify(documentOf(server, place))).digest('hex').toUpperCase();
    return [place, { serverRelativeURL: `/openapi/v3/${place}?hash=${hash}` }];
  });
  return { paths: Object.fromEntries(paths) };
}

/** `/openapi/v3/<place>`; undefined where nothing is served. */
export function openApiOf(server: ServerContext, place: string): Answer | undefined {
  return server.kinds.all().some((served) => placeOf(served) === place) ? jsonAnswer(200, documentOf(server, place)) : undefined;
}

function placeOf({ kind, version }: ServedKind): string {
  return kind.resource.group === '' ? `api/${version}` : `apis/${kind.resource.group}/${version}`;
}

function documentOf(server: ServerContext, place: string): object {
  const kinds = server.kinds.all().filter((served) => placeOf(served) === place);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: '1.36' },
    paths: Object.fromEntries(kinds.flatMap((served) => pathsOf(place, served))),
    components: { schemas: schemasOf(server, kinds) },
  };
}

function pathsOf(place: string, served: ServedKind): [string, object][] {
  const { resource, schemaName, subresources } = served.kind;
  const collection = `/${place}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.plural}`;
  const gvk = { 'x-kubernetes-group-version-kind': gvkOf(served) };
  const schema = { $ref: `${REFERENCE}${schemaName}` };
  const responses = { 200: { description: 'OK', content: { 'application/json': { schema } } } };
  const requestBody = { content: { '*/*': { schema } } };
  const one = {
    get: { 'x-kubernetes-action': 'get', responses, ...gvk },
    put: { 'x-kubernetes-action': 'put', parameters: WRITE_PARAMETERS, requestBody, responses, ...gvk },
    patch: {
      'x-kubernetes-action': 'patch',
      parameters: APPLY_PARAMETERS,
      requestBody: { content: Object.fromEntries(PATCH_TYPES.filter((type) => served.kind.strategicMerge || !type.includes('strategic')).map((type) => [type, {}])) },
      responses,
      ...gvk,
    },
    delete: { 'x-kubernetes-action': 'delete', parameters: [{ name: 'dryRun', in: 'query', schema: { type: 'string', uniqueItems: true } }], responses: {}, ...gvk },
  };
  const many = {
    get: { 'x-kubernetes-action': 'list', responses: {}, ...gvk },
    post: { 'x-kubernetes-action': 'post', parameters: WRITE_PARAMETERS, requestBody, responses, ...gvk },
  };
  const paths: [string, object][] = [[collection, many], [`${collection}/{name}`, one]];
  if (subresources.status) paths.push([`${collection}/{name}/status`, { get: one.get, put: one.put, patch: one.patch }]);
  return paths;
}
