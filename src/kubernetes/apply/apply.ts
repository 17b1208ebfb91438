import type { StructuralSchema } from '../../schema/structural.js';
import { cloneJson, deepEqual, isRecord } from '../json.js';
import type { ManagedFieldsEntry } from '../generated/meta-v1.js';
import type { KubernetesObject, UnknownObject } from '../objects.js';
import { compare } from './comparison.js';
import { ApplyConflictError } from './conflict.js';
import { difference, type FieldSet, intersection, isEmptySet, union } from './field-set.js';
import { isReset, type Manager, ownable, readManagers, sameManager, unionOf, writeManagers } from './managers.js';
import { merged } from './merged.js';
import { withMetadataSchema } from './metadata-schema.js';
import { withoutAbandoned } from './removal.js';
import { typedProblems } from './typed-check.js';
import { appliedSet, type Comparison } from './typed-value.js';

export { ApplyConflictError } from './conflict.js';

/** What both kinds of write say about themselves. */
export interface WriteContext {
  readonly schema: StructuralSchema;
  /** The kind is built in: see `compare`. */
  readonly builtIn: boolean;
  /** Name of the field manager. */
  readonly manager: string;
  /** Such as `status` or `scale`; empty or absent for the object itself. */
  readonly subresource?: string;
  /** Paths that this endpoint never changes, such as `[['status']]`; nobody comes to own them through it. */
  readonly ignored?: readonly (readonly string[])[];
  /** RFC 3339, whole seconds. */
  readonly now: string;
}

/** What comes of an apply. */
export interface Applied {
  /** With its new `managedFields`; defaults and checks come after. */
  readonly object: UnknownObject;
  /** Whether anything but `managedFields` differs from the live object. */
  readonly changed: boolean;
}

/** An applied configuration that cannot be read by the schema (a server answers 500), or is no such thing (400). */
export class ApplyError extends Error {
  override readonly name = 'ApplyError';
  readonly code: 400 | 500;

  constructor(code: 400 | 500, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Server-side apply: merges a configuration over the live object (undefined: creates), removes what this manager applied
 * before and no one owns any more, and notes who owns what.
 * @throws ApplyConflictError unless forced, when another manager owns a field with another value
 * @throws ApplyError when the configuration does not fit the schema
 */
export function applyObject(
  live: KubernetesObject | undefined,
  configuration: Readonly<Record<string, unknown>>,
  context: WriteContext & { readonly force?: boolean },
): Applied {
  const { builtIn, now, subresource = '', ignored = [] } = context;
  const schema = withMetadataSchema(context.schema);
  checkConfiguration(configuration, schema);
  const apiVersion = String(configuration['apiVersion']);
  const self = { name: context.manager, operation: 'Apply' as const, apiVersion, subresource };
  const before: Readonly<Record<string, unknown>> = live === undefined ? {} : withoutManagedFields(live);
  const found = managersOf(live, before, context);
  const last = found.find((each) => sameManager(each, self));
  const sent = withoutPaths(configuration, NEVER_APPLIED);
  const wanted = withoutPaths(sent, ignored);
  const fields = ownable(appliedSet(wanted, schema), ignored);
  const managers = [...found.filter((each) => each !== last), { ...self, time: last?.time, fields }];
  const together = merged(before, wanted, schema);
  const after = last === undefined ? together : withoutAbandoned(together, schema, last.fields, unionOf(managers));
  const differences = restricted(compare(before, after, schema, builtIn), ignored);
  const others = managers.filter((each) => !sameManager(each, self));
  const conflicts = conflictsOf(others, differences);
  if (conflicts.length > 0 && context.force !== true) throw new ApplyConflictError(conflicts);
  const changed = live === undefined || !deepEqual(before, after);
  // As in the real one, also a change to what this endpoint ignores (a spec sent to /status) moves the time.
  const touched = changed || (ignored.length > 0 && !deepEqual(before, merged(before, sent, schema)));
  const mine: Manager = { ...self, time: touched ? now : last?.time, fields };
  const entries = writeManagers([...others.map((each) => afterWrite(each, differences)), mine]);
  const result = changed ? after : before;
  if (!isObject(result)) throw new ApplyError(400, 'an applied configuration needs apiVersion, kind and metadata');
  return { object: withEntries(result, entries), changed };
}

/**
 * Notes who owns what after a create, PUT or any other patch: the writer comes to own what it changed.
 * @param live undefined for a create; `object` is what will be stored, after defaults
 */
export function updateManagedFields<T extends KubernetesObject>(live: T | undefined, object: T, context: WriteContext): T {
  const { builtIn, now, subresource = '', ignored = [] } = context;
  const schema = withMetadataSchema(context.schema);
  const sent = object.metadata.managedFields;
  const before: Readonly<Record<string, unknown>> = live === undefined ? {} : withoutManagedFields(live);
  const after = withoutManagedFields(object);
  const known = live?.metadata.managedFields;
  const given = subresource === '' && !deepEqual(sent, known) ? readManagers(sent) : [];
  const found = isReset(sent) && subresource === '' ? [] : given.length > 0 ? given : readManagers(known, true);
  if (live !== undefined && found.length === 0) return withEntries(object, []);
  const self = { name: context.manager, operation: 'Update' as const, apiVersion: object.apiVersion, subresource };
  const differences = restricted(compare(before, after, schema, builtIn), ignored);
  const taken = union(differences.added, differences.modified);
  const others = found.map((each) => afterWrite(each, differences));
  const last = others.find((each) => sameManager(each, self));
  const mine = isEmptySet(taken) ? [] : [{ ...self, time: now, fields: last ? union(last.fields, taken) : taken }];
  const kept = mine.length > 0 ? others.filter((each) => each !== last) : others;
  return withEntries(object, writeManagers([...kept, ...mine]));
}

/** What clients written in Go send as null or zero along with every configuration. */
const NEVER_APPLIED = [['metadata', 'creationTimestamp'], ['metadata', 'generation'], ['metadata', 'selfLink']];

/** What a live object that no one has claimed yet belongs to, when it is first applied to. */
const BEFORE_FIRST_APPLY = 'before-first-apply';

function managersOf(live: KubernetesObject | undefined, before: Readonly<Record<string, unknown>>, { schema, builtIn, ignored = [] }: WriteContext): Manager[] {
  const found = readManagers(live?.metadata.managedFields, true);
  if (live === undefined || found.length > 0) return found;
  const fields = restricted(compare({}, before, withMetadataSchema(schema), builtIn), ignored).added;
  const unclaimed = { name: BEFORE_FIRST_APPLY, operation: 'Update' as const, apiVersion: live.apiVersion, subresource: '', time: undefined, fields };
  return isEmptySet(fields) ? [] : [unclaimed];
}

/** Managers with the fields that a write takes from them. */
function conflictsOf(managers: readonly Manager[], { added, modified }: Comparison): Manager[] {
  const taken = union(added, modified);
  return managers.map((each) => ({ ...each, fields: intersection(each.fields, taken) })).filter(({ fields }) => !isEmptySet(fields));
}

/** A manager loses what another changed or removed. */
function afterWrite(manager: Manager, { added, modified, removed }: Comparison): Manager {
  const fields = difference(difference(manager.fields, union(added, modified)), removed);
  if (fields === manager.fields) return manager;
  const { stored: _stored, ...rest } = manager;
  return { ...rest, fields };
}

function restricted({ added, modified, removed }: Comparison, ignored: readonly (readonly string[])[]): Comparison {
  const only = (set: FieldSet): FieldSet => ownable(set, ignored);
  return { added: only(added), modified: only(modified), removed: only(removed) };
}

function checkConfiguration(configuration: Readonly<Record<string, unknown>>, schema: StructuralSchema): void {
  const { apiVersion, kind, metadata } = configuration;
  const fields = isRecord(metadata) ? metadata : {};
  if (fields['managedFields'] !== undefined && fields['managedFields'] !== null) throw new ApplyError(400, 'metadata.managedFields must be nil');
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    throw new ApplyError(400, `invalid object type: ${typeof apiVersion === 'string' ? apiVersion : '/'}, Kind=${String(kind ?? '')}`);
  }
  const problems = typedProblems(configuration, schema);
  if (problems.length === 0) return;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const version = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
  const what = problems.length === 1 ? problems.join('') : `errors:\n${problems.map((each) => `  ${each}`).join('\n')}`;
  throw new ApplyError(500, `failed to create typed patch object (${text(fields['namespace'])}/${text(fields['name'])}; ${version}, Kind=${kind}): ${what}`);
}

function withoutManagedFields(object: KubernetesObject): Record<string, unknown> {
  const { managedFields: _gone, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function isObject(value: unknown): value is UnknownObject {
  return isRecord(value) && typeof value['apiVersion'] === 'string' && typeof value['kind'] === 'string' && isRecord(value['metadata']);
}

function withEntries<T extends KubernetesObject>(object: T, managedFields: ManagedFieldsEntry[]): T {
  const { managedFields: _gone, ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, ...(managedFields.length > 0 ? { managedFields } : {}) } };
}

function withoutPaths(value: Readonly<Record<string, unknown>>, paths: readonly (readonly string[])[]): Record<string, unknown> {
  const result: unknown = cloneJson(value);
  for (const path of paths) {
    let parent: unknown = result;
    for (const key of path.slice(0, -1)) parent = isRecord(parent) ? parent[key] : undefined;
    const last = path.at(-1);
    if (isRecord(parent) && last !== undefined) delete parent[last];
  }
  return isRecord(result) ? result : {};
}
