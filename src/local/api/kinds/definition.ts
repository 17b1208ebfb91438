import type { FieldError } from '../../../kubernetes/field-error.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import type { Kind, KindContext, ScalePaths, TableColumn } from './kind.js';
import { ageColumn, nameColumn } from './columns.js';
import { toWireForm } from './wire-form.js';

/** A built-in kind: what differs from the usual. Everything left out has the value that most kinds have. */
export interface KindDefinition<T extends KubernetesObject> {
  readonly resource: Resource<T>;
  readonly schemaName: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Whether there is a status subresource. */
  readonly status?: boolean;
  readonly scale?: ScalePaths;
  readonly nameRule?: Kind['nameRule'];
  readonly hasGeneration?: boolean;
  /** Columns between name and age. */
  readonly columns?: readonly TableColumn[];
  /** Columns after the name of a kind that shows no age. */
  readonly columnsWithoutAge?: readonly TableColumn[];
  /** All columns, of a kind whose table is laid out in another way. */
  readonly allColumns?: readonly TableColumn[];
  /** Columns of `-o wide`, after age. */
  readonly wideColumns?: readonly TableColumn[];
  readonly selectableFields?: Readonly<Record<string, (object: T) => string>>;
  applyDefaults?(object: T): void;
  prepareForCreate?(object: T, context: KindContext): FieldError[];
  prepareForUpdate?(object: T, before: T, context: KindContext): FieldError[];
  /** What is wrong with an object. @param before what it was, on updates: a kind may pass over what was wrong already */
  validate?(object: T, before?: T): FieldError[];
  /** What may not change; comes after `validate`. */
  validateUpdate?(object: T, before: T): FieldError[];
}

/**
 * Makes a Kind of a definition. This is the one place where an object is taken to have the type of its kind: the server
 * has checked it against the kind's schema, and the wire form fills in what a Go struct cannot lack.
 */
export function defineKind<T extends KubernetesObject>(definition: KindDefinition<T>): Kind {
  const { resource, schemaName } = definition;
  const typed = (object: KubernetesObject): T => object as T;
  const selectable = Object.entries(definition.selectableFields ?? {});
  return {
    resource,
    singular: resource.kind.toLowerCase(),
    shortNames: definition.shortNames ?? [],
    categories: definition.categories ?? [],
    schemaName,
    subresources: {
      status: definition.status ?? false,
      ...(definition.scale === undefined ? {} : { scale: definition.scale }),
    },
    strategicMerge: true,
    requiresResourceVersion: false,
    nameRule: definition.nameRule ?? 'dns-subdomain',
    hasGeneration: definition.hasGeneration ?? false,
    columns: columnsOf(definition),
    selectableFields: Object.fromEntries(selectable.map(([field, read]) => [field, (object: KubernetesObject) => read(typed(object))])),
    applyDefaults(object) {
      toWireForm(object, schemaName);
      definition.applyDefaults?.(typed(object));
    },
    prepareForCreate(object, context) {
      const errors = definition.prepareForCreate?.(typed(object), context) ?? [];
      toWireForm(object, schemaName);
      return errors;
    },
    prepareForUpdate(object, before, context) {
      const errors = definition.prepareForUpdate?.(typed(object), typed(before), context) ?? [];
      toWireForm(object, schemaName);
      return errors;
    },
    validate: (object) => definition.validate?.(typed(object)) ?? [],
    validateUpdate: (object, before) => [
      ...(definition.validate?.(typed(object), typed(before)) ?? []),
      ...(definition.validateUpdate?.(typed(object), typed(before)) ?? []),
    ],
  };
}

function columnsOf(definition: Pick<KindDefinition<KubernetesObject>, 'allColumns' | 'columns' | 'columnsWithoutAge' | 'wideColumns'>): readonly TableColumn[] {
  if (definition.allColumns !== undefined) return definition.allColumns;
  if (definition.columnsWithoutAge !== undefined) return [nameColumn, ...definition.columnsWithoutAge];
  return [nameColumn, ...(definition.columns ?? []), ageColumn, ...(definition.wideColumns ?? [])];
}
