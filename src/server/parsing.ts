import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';
import { invalid, notFound } from './errors.js';

/** Where in a request a value stands. */
export type Place = 'path' | 'query' | 'body';

/**
 * A value from outside, as its schema says; in path and query, texts become the numbers and booleans that are asked for.
 * @throws HttpError 400 that names the first field that is wrong; 404 for a path that names none of a few that there are
 */
export function parsed<T extends TSchema>(schema: T, value: unknown, place: Place): Static<T> {
  const read: unknown = place === 'body' ? value : Value.Convert(schema, value);
  if (Value.Check(schema, read)) return read;
  if (place === 'path') requireKnown(schema, read);
  throw invalid(`${problemOf(schema, read, place)}: see /api/v1/openapi.json.`);
}

/** @throws HttpError 404 that names what there is */
function requireKnown(schema: TSchema, value: unknown): void {
  for (const { keyword, params, instancePath } of Value.Errors(schema, value)) {
    if (keyword !== 'enum' || !('allowedValues' in params) || !Array.isArray(params.allowedValues)) continue;
    throw notFound(`There is no such ${instancePath.slice(1)}: there are ${params.allowedValues.join(', ')}.`);
  }
}

/** The first thing that is wrong, in a few words without the value itself. */
export function problemOf(schema: TSchema, value: unknown, place: string): string {
  const errors = [...Value.Errors(schema, value)];
  const unknown = errors.find(({ keyword }) => keyword === 'additionalProperties');
  const first = unknown ?? errors[0];
  if (first === undefined) return `The ${place} is not as it should be`;
  const at = first.instancePath.split('/').filter((part) => part !== '').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')).join('.');
  const what = unknown === undefined ? first.message : `has fields that are not known (${namesIn(unknown.params)})`;
  return `The ${place}${at === '' ? '' : `'s field "${shortened(at)}"`} ${what}`;
}

function namesIn(params: object): string {
  const names = 'additionalProperties' in params && Array.isArray(params.additionalProperties) ? params.additionalProperties.map(String) : [];
  return shortened(names.slice(0, 5).join(', '));
}

/** Names come from outside: they are shown, but not at any length. */
function shortened(text: string): string {
  const plain = text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?');
  return plain.length > 100 ? `${plain.slice(0, 100)}…` : plain;
}
