import { cloneJson, isRecord } from '../../../kubernetes/json.js';
import { jsonAnswer, type Answer } from '../request/answer.js';
import type { ServerContext } from '../server-context.js';
import { parseAccept } from '../serving/accept.js';
import { gvkOf, schemasOf } from './openapi-schemas.js';
import { encodeSwagger } from './swagger-protobuf.js';

const PROTOBUF = /^application\/com\.github\.proto-openapi\.spec\.v2[@.]v1\.0\+protobuf$/;
/** With a dot: the `@` that clients ask with is not allowed in a Content-Type. */
const PROTOBUF_ANSWER = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const V3_REFERENCE = '#/components/schemas/';
const V2_REFERENCE = '#/definitions/';
/** What version 2 has no words for. */
const V3_ONLY = new Set(['oneOf', 'anyOf', 'not', 'nullable', 'x-kubernetes-validations']);

/** `/openapi/v2`: what kubectl before 1.27 validates and explains with; such clients ask for protobuf. */
export function openApiV2(server: ServerContext, headers: Readonly<Record<string, string>>): Answer {
  const document = swaggerDocument(server);
  const wanted = parseAccept(headers['accept']).find(({ type }) => PROTOBUF.test(type));
  if (wanted === undefined) return jsonAnswer(200, document);
  return { status: 200, headers: { 'content-type': PROTOBUF_ANSWER }, body: encodeSwagger(document) };
}

/** A Swagger document. */
export interface SwaggerDocument {
  readonly swagger: '2.0';
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, unknown>>;
  readonly definitions: Readonly<Record<string, unknown>>;
}

function swaggerDocument(server: ServerContext): SwaggerDocument {
  const kinds = server.kinds.all();
  const definitions = Object.fromEntries(Object.entries(schemasOf(server, kinds)).map(([name, schema]) => [name, toV2(schema)]));
  const paths = kinds.map((served) => {
    const { resource } = served.kind;
    const root = resource.group === '' ? `/api/${served.version}` : `/apis/${resource.group}/${served.version}`;
    const parameter = { name: 'dryRun', in: 'query', type: 'string', uniqueItems: true };
    const patch = { parameters: [parameter], responses: {}, 'x-kubernetes-action': 'patch', 'x-kubernetes-group-version-kind': gvkOf(served) };
    return [`${root}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.plural}/{name}`, { patch }];
  });
  return { swagger: '2.0', info: { title: 'Kubernetes', version: 'v1.36.2' }, paths: Object.fromEntries(paths), definitions };
}

function toV2(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toV2);
  if (!isRecord(node)) return node;
  const { allOf, ...rest } = cloneJson(node);
  const [first] = Array.isArray(allOf) ? allOf : [];
  const reference = isRecord(first) ? first['$ref'] : rest['$ref'];
  if (typeof reference === 'string') {
    const extensions = Object.entries(rest).filter(([key]) => key.startsWith('x-'));
    return { $ref: reference.replace(V3_REFERENCE, V2_REFERENCE), ...Object.fromEntries(extensions) };
  }
  const kept = Object.entries(rest).filter(([key]) => !V3_ONLY.has(key));
  const converted = Object.fromEntries(
    kept.map(([key, value]) => [key, key === 'properties' && isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, child]) => [name, toV2(child)])) : key.startsWith('x-') || key === 'enum' || key === 'default' ? value : toV2(value)]),
  );
  // What was a choice is free in version 2; int-or-string is written as a string there.
  if (rest['x-kubernetes-int-or-string'] === true || rest['oneOf'] !== undefined) {
    return rest['format'] === 'int-or-string' || rest['x-kubernetes-int-or-string'] === true ? { ...converted, type: 'string', format: 'int-or-string' } : converted;
  }
  return rest['x-kubernetes-preserve-unknown-fields'] === true ? { 'x-kubernetes-preserve-unknown-fields': true } : converted;
}
