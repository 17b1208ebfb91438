import { parseDocument } from 'yaml';
import { badRequestStatus, unsupportedMediaTypeStatus } from '../../../kubernetes/status.js';
import { plainJson } from '../../../schema/json-text.js';
import { fail } from './answer.js';

const YAML_TYPES = new Set(['application/yaml', 'application/apply-patch+yaml', 'application/x-yaml', 'text/yaml']);
const OBJECT_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** The media type without its parameters. */
export function mediaType(header: string | undefined): string {
  return (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/**
 * Reads the object that a request carries.
 * @param kind what is expected, for messages
 * @throws ApiFailure 400 or 415
 */
export function parseObjectBody(body: string, contentType: string | undefined, kind: string): unknown {
  const type = mediaType(contentType);
  if (YAML_TYPES.has(type)) return parseYamlText(body, (message) => unrecognized(kind, `yaml: ${message}`));
  if (type !== '' && type !== 'application/json') fail(unsupportedMediaTypeStatus(OBJECT_TYPES));
  try {
    return JSON.parse(body);
  } catch (error) {
    return fail(badRequestStatus(unrecognized(kind, `json parse error: ${goJsonError(body, error)} (${excerpt(body)})`)));
  }
}

/** The message for a body that is no object at all. */
export function unrecognized(kind: string, why: string): string {
  return `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; ${why}`;
}

/** The body as such messages show it: text when it begins like JSON, else the first bytes in hex. */
export function excerpt(body: string, encoding: 'utf8' | 'latin1' = 'utf8'): string {
  if (body === '') return '<empty>';
  if (body.trimStart().startsWith('{')) return body.length <= 30 ? body : `${body.slice(0, 30)} ...`;
  const bytes = Buffer.from(body, encoding);
  const hex = bytes.subarray(0, 30).toString('hex');
  return bytes.length > 30 ? `${hex} ...` : hex;
}

/**
 * Reads YAML 1.1 as Kubernetes does (`y` is true).
 * @throws ApiFailure 400 with what `message` makes of the parser's
 */
export function parseYamlText(text: string, message: (problem: string) => string): unknown {
  // Most programs send JSON, which is YAML too, but for the key that merges.
  const plain = text.startsWith('{') && !text.includes('"<<"') ? plainJson(text) : undefined;
  if (plain !== undefined) return plain;
  const document = parseDocument(text, { version: '1.1', schema: 'yaml-1.1' });
  const [error] = document.errors;
  if (error) fail(badRequestStatus(message(error.message.split('\n')[0] ?? '')));
  return document.toJS();
}

/** The parse error in the words of Go's decoder, as far as they are common. */
export function goJsonError(text: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const position = /position (\d+)/.exec(message)?.[1];
  if (text.trim() === '' || /end of JSON input|Unterminated|after property value in JSON|after array element/.test(message)) {
    const at = position === undefined ? text.length : Number(position);
    if (at >= text.length) return 'unexpected end of JSON input';
  }
  const character = position === undefined ? /Unexpected token '?(.)/u.exec(message)?.[1] : text[Number(position)];
  if (character === undefined) return 'unexpected end of JSON input';
  const where = text.trimStart()[0] === character ? 'looking for beginning of value' : 'in literal';
  return `invalid character '${character}' ${where}`;
}
