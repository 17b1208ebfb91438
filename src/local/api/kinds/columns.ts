import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { TableColumn } from './kind.js';
import { ageSince } from './duration.js';

/** Shown where there is nothing to show. */
export const NONE = '<none>';

type Cell = ReturnType<TableColumn['cell']>;

/** A column that is always shown. The cell may take the object to have its kind's type: the server only asks it of such. */
export function column<T extends KubernetesObject>(name: string, description: string, cell: (object: T, now: number) => Cell, type: TableColumn['type'] = 'string'): TableColumn {
  return { name, type, priority: 0, description, cell: (object, now) => cell(object as T, now) };
}

/** A column of `-o wide`. */
export function wideColumn<T extends KubernetesObject>(name: string, description: string, cell: (object: T, now: number) => Cell): TableColumn {
  return { ...column(name, description, cell), priority: 1 };
}

/** The name column that every table begins with. */
export const nameColumn: TableColumn = {
  ...column('Name', 'Name of the object, unique within its namespace.', ({ metadata }) => metadata.name),
  format: 'name',
};

/** Time since creation. */
export const ageColumn: TableColumn = column('Age', 'Time since the object was created.', ({ metadata }, now) => ageSince(metadata.creationTimestamp, now));

/** When the object was created, as a time. */
export const createdAtColumn: TableColumn = column('Created At', 'When the object was created.', ({ metadata }) => metadata.creationTimestamp ?? null, 'date');

/** The first few of a list, and how many more there are. */
export function firstFew(items: readonly string[], most: number, empty: string): string {
  if (items.length === 0) return empty;
  const shown = items.slice(0, most).join(',');
  return items.length > most ? `${shown} + ${items.length - most} more...` : shown;
}

/** Labels as `a=b,c=d`, sorted. */
export function labelText(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? NONE : pairs.sort().join(',');
}
