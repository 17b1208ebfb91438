import type { KubernetesObject } from '../kubernetes/objects.js';
import { isRecord } from './json-values.js';

/** The field manager that Serin's writes carry. */
const OUR_FIELD_MANAGER = 'serin';

/**
 * Who wrote a field last, by `metadata.managedFields`; undefined where that is not on record. Lists like `spec.http` and
 * maps like a Service's selector are atomic: they have one owner as a whole.
 * @param path the field's names from the top, such as `['spec', 'http']`
 */
export function lastWriterOf(object: KubernetesObject, path: readonly string[]): string | undefined {
  const writers = (object.metadata.managedFields ?? []).filter((entry) => holds(entry.fieldsV1, path));
  const [latest] = [...writers].sort((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
  return latest?.manager;
}

/** As `lastWriterOf`, but undefined when it was Serin. */
export function foreignWriterOf(object: KubernetesObject, path: readonly string[]): string | undefined {
  const writer = lastWriterOf(object, path);
  return writer === OUR_FIELD_MANAGER || writer?.startsWith(`${OUR_FIELD_MANAGER}-`) ? undefined : writer;
}

function holds(fields: unknown, path: readonly string[]): boolean {
  let at = fields;
  for (const name of path) {
    if (!isRecord(at)) return false;
    at = at[`f:${name}`];
  }
  return at !== undefined;
}
