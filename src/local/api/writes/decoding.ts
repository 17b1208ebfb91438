import { cloneJson, isRecord } from '../../../kubernetes/json.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { badRequestStatus } from '../../../kubernetes/status.js';
import { parseMergingJson } from '../../../schema/merged-json.js';
import { scanJson } from '../../../schema/json-text.js';
import { unknownFieldMessage } from '../../../schema/pruning.js';
import { DecodeError } from '../decoding/builtin-decoder.js';
import { fail } from '../request/answer.js';
import { excerpt, mediaType, parseObjectBody, unrecognized } from '../request/body.js';
import type { Call } from '../server-context.js';
import type { WriteOptions } from './write-options.js';

/** What could not be decoded, in Go's words; what it means depends on where the object came from. */
export class UndecodableObject extends Error {
  override readonly name = 'UndecodableObject';
}

/**
 * Reads the object that a POST or PUT carries: known fields only, defaults filled in.
 * @throws ApiFailure 400
 */
export function decodeBody(call: Call, options: WriteOptions): KubernetesObject {
  const { shown: served, headers, body } = call;
  const { kind } = served.kind.resource;
  const given = parseObjectBody(body, headers['content-type'], kind);
  const duplicates = ['', 'application/json'].includes(mediaType(headers['content-type'])) ? scanJson(body).duplicates : [];
  const content = duplicates.length > 0 && !served.custom ? parseMergingJson(body) : given;
  if (!isRecord(content)) {
    const type = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
    return fail(badRequestStatus(unrecognized(kind, `json parse error: json: cannot unmarshal ${goKind(content)} into Go value of type ${type} (${excerpt(JSON.stringify(content))})`)));
  }
  const twice = options.fieldValidation === 'Ignore' ? [] : duplicates;
  requireType(call, content);
  try {
    return decodeContent(call, content, options, twice);
  } catch (error) {
    if (!(error instanceof UndecodableObject)) throw error;
    return fail(badRequestStatus(`${kind} in version ${JSON.stringify(served.version)} cannot be handled as a ${kind}: ${error.message}`));
  }
}

/**
 * Makes content an object of the call's kind.
 * @param content given away
 * @param twice paths of duplicate fields
 * @throws UndecodableObject
 */
export function decodeContent(call: Call, content: Record<string, unknown>, options: WriteOptions, twice: readonly string[] = []): KubernetesObject {
  const { shown: served, warnings } = call;
  const complaints = [...twice.map((path) => `duplicate field ${JSON.stringify(path)}`), ...decoded(call, content).map(unknownFieldMessage)];
  if (complaints.length > 0 && options.fieldValidation === 'Strict') throw new UndecodableObject(`strict decoding error: ${complaints.join(', ')}`);
  if (options.fieldValidation === 'Warn') warnings.push(...complaints.filter((each) => !warnings.includes(each)));
  const { metadata, kind: _kind, apiVersion: _apiVersion, ...rest } = content;
  const object = { kind: served.kind.resource.kind, apiVersion: served.apiVersion, metadata: { name: '', ...(isRecord(metadata) ? metadata : {}) }, ...rest };
  served.kind.applyDefaults(object);
  // An object without a name has an empty one here, whatever its wire form says.
  object.metadata.name ??= '';
  if (served.view === undefined) return object;
  const stored = served.view.toStored(object);
  call.served.kind.applyDefaults(stored);
  return stored;
}

/** A private copy of content, ready to be decoded. */
export function ownContent(content: unknown): Record<string, unknown> {
  return isRecord(content) ? cloneJson(content) : {};
}

function decoded({ shown: served }: Call, content: Record<string, unknown>): string[] {
  try {
    return served.decode(content);
  } catch (error) {
    if (error instanceof DecodeError) throw new UndecodableObject(error.message, { cause: error });
    throw error;
  }
}

/** @throws ApiFailure 400 when the body is of another kind or version than the path */
function requireType({ shown: served }: Call, content: Record<string, unknown>): void {
  const { kind } = served.kind.resource;
  const given = { kind: String(content['kind'] ?? '') || kind, apiVersion: String(content['apiVersion'] ?? '') || served.apiVersion };
  if (given.apiVersion === served.apiVersion && given.kind === kind) return;
  if (served.custom && given.apiVersion !== served.apiVersion && given.apiVersion.split('/')[0] === served.apiVersion.split('/')[0]) {
    fail(badRequestStatus(`the API version in the data (${given.apiVersion}) does not match the expected API version (${served.apiVersion})`));
  }
  const version = given.apiVersion.split('/').at(-1) ?? '';
  const why =
    given.apiVersion === served.apiVersion
      ? `converting (${given.kind}) to (${kind}): unknown conversion`
      : `no kind ${JSON.stringify(given.kind)} is registered for version ${JSON.stringify(given.apiVersion)} in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"`;
  fail(badRequestStatus(`${given.kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`));
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value === 'boolean' ? 'bool' : typeof value;
}
