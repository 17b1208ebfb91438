import { stringify } from 'yaml';
import { notAcceptableStatus } from '../../../kubernetes/status.js';
import { fail } from '../request/answer.js';
import type { Call, ServerContext } from '../server-context.js';
import { includesType, parseAccept } from './accept.js';
import { partialMetadata } from './partial-metadata.js';
import { wholeObjects, type Representation } from './representation.js';
import { readRowObject, tables } from './table.js';

const JSON_TYPE = 'application/json';
const YAML_TYPE = 'application/yaml';
const BUILTIN_TYPES = 'application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';
const CUSTOM_TYPES = 'application/json, application/yaml, application/json;stream=watch';

/**
 * How the caller wants objects written.
 * @throws ApiFailure 406
 */
export function chooseRepresentation(server: ServerContext, call: Call): Representation {
  for (const { type, parameters } of parseAccept(call.headers['accept'])) {
    const json = includesType(type, JSON_TYPE);
    if (!json && !includesType(type, YAML_TYPE)) continue;
    const found = inForm(server, call, parameters);
    if (found) return json ? found : asYaml(found);
  }
  return fail({ ...notAcceptableStatus(`406: Not Acceptable\n\nAvailable representations: ${call.served.custom ? CUSTOM_TYPES : BUILTIN_TYPES}`), details: {} });
}

function inForm(server: ServerContext, call: Call, parameters: Readonly<Record<string, string>>): Representation | undefined {
  const { as, g, v = 'v1' } = parameters;
  if (as === undefined) return wholeObjects(call.shown);
  if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) return undefined;
  if (as === 'Table') return tables(call.served, readRowObject(call.query.get('includeObject')), v, () => server.clock.now());
  if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return partialMetadata(v);
  return undefined;
}

function asYaml(inner: Representation): Representation {
  const yaml = (text: string): string => toYaml(JSON.parse(text));
  return {
    ...inner,
    contentType: YAML_TYPE,
    id: `yaml ${inner.id}`,
    one: (stored) => yaml(inner.one(stored)),
    list: (items, facts) => yaml(inner.list(items, facts)),
  };
}

/** YAML as the real server writes it: keys in order, lists not indented. */
function toYaml(value: unknown): string {
  return stringify(value, { sortMapEntries: true, indentSeq: false, lineWidth: 0, version: '1.1' }).replace(/\n$/, '');
}
