import type { ManagedFieldsEntry } from '../generated/meta-v1.js';
import { isRecord } from '../json.js';
import { fieldSet, type FieldSet, fromFieldsV1, isEmptySet, toFieldsV1, union, withoutPath } from './field-set.js';

/** One entry of `managedFields`. */
export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** RFC 3339; undefined when the entry never changed the object. */
  readonly time: string | undefined;
  readonly fields: FieldSet;
  /** The fields as they are stored, while they have not changed. */
  readonly stored?: Readonly<Record<string, unknown>>;
}

/** Whether two entries are of the same manager: an applier is one in all versions. */
export function sameManager(a: Manager, b: Pick<Manager, 'name' | 'operation' | 'apiVersion' | 'subresource'>): boolean {
  const version = a.operation === 'Apply' || a.apiVersion === b.apiVersion;
  return a.name === b.name && a.operation === b.operation && a.subresource === b.subresource && version;
}

/**
 * Reads `metadata.managedFields`; entries that cannot be read are left out.
 * @param trusted whether they were written here, and may be written again as they are
 */
export function readManagers(entries: unknown, trusted = false): Manager[] {
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry: unknown): Manager[] => {
    if (!isRecord(entry)) return [];
    const { manager, operation, apiVersion, subresource, time, fieldsV1 } = entry;
    if (operation !== 'Apply' && operation !== 'Update') return [];
    return [
      {
        name: textOf(manager),
        operation,
        apiVersion: textOf(apiVersion),
        subresource: textOf(subresource),
        time: typeof time === 'string' ? time : undefined,
        fields: fromFieldsV1(fieldsV1),
        ...(trusted && isRecord(fieldsV1) ? { stored: fieldsV1 } : {}),
      },
    ];
  });
}

/** Whether an update asks for ownership to be forgotten: `managedFields: [{}]`. */
export function isReset(entries: unknown): boolean {
  return Array.isArray(entries) && entries.length === 1 && isRecord(entries[0]) && Object.keys(entries[0]).length === 0;
}

/** The entries in the order of the server: appliers first, then by time, then by name. */
export function writeManagers(managers: readonly Manager[]): ManagedFieldsEntry[] {
  const order = (a: Manager, b: Manager): number =>
    by(a.operation, b.operation) || by(a.time ?? '', b.time ?? '') || by(a.name, b.name) || by(a.apiVersion, b.apiVersion) || by(a.subresource, b.subresource);
  return managers
    .filter(({ fields }) => !isEmptySet(fields))
    .toSorted(order)
    .map(({ name, operation, apiVersion, subresource, time, fields, stored }) => ({
      manager: name,
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: stored ?? toFieldsV1(fields),
      ...(subresource === '' ? {} : { subresource }),
    }));
}

/** Fields that nobody owns: identity and what the server itself sets. */
const UNOWNED = ['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'];

/** The set without fields that nobody owns, and without those that this endpoint does not change. */
export function ownable(set: FieldSet, ignored: readonly (readonly string[])[]): FieldSet {
  let result = withoutPath(withoutPath(set, ['f:apiVersion']), ['f:kind']);
  for (const field of UNOWNED) result = withoutPath(result, ['f:metadata', `f:${field}`]);
  for (const path of ignored) result = withoutPath(result, path.map((field) => `f:${field}`));
  const children = [...result.children].map(([step, child]) => [step, step === 'f:metadata' ? { ...child, member: false } : child] as const);
  return fieldSet(false, children);
}

/** All that any of them owns. */
export function unionOf(managers: readonly Manager[]): FieldSet {
  return managers.reduce<FieldSet>((all, { fields }) => union(all, fields), fieldSet(false, []));
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const by = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
