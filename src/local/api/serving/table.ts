import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { badRequestStatus } from '../../../kubernetes/status.js';
import type { ServedKind } from '../kind-registry.js';
import { fail } from '../request/answer.js';
import type { StoredObject } from '../store.js';
import { partialObject } from './partial-metadata.js';
import { bookmarkOf, type Representation } from './representation.js';

/** What of the object a row carries. */
export type RowObject = 'Metadata' | 'Object' | 'None';

/** @throws ApiFailure 400 */
export function readRowObject(text: string | null): RowObject {
  if (text === null || text === '') return 'Metadata';
  if (text === 'Metadata' || text === 'Object' || text === 'None') return text;
  const problem = `includeObject: Invalid value: ${JSON.stringify(text)}: must be 'Metadata', 'Object', 'None', or empty`;
  return fail(badRequestStatus(`Unable to convert to Table as requested: ${problem}`));
}

/**
 * Objects as rows, as `kubectl get` asks for them.
 * @param now milliseconds since the epoch, for ages
 */
export function tables(served: ServedKind, rowObject: RowObject, tableVersion: string, now: () => number): Representation {
  const apiVersion = `meta.k8s.io/${tableVersion}`;
  const { columns } = served.kind;
  const definitions = columns.map(({ name, type, format = '', description = '', priority }) => ({ name, type, format, description, priority }));
  const row = ({ object }: StoredObject): object => {
    const cells = columns.map((column) => column.cell(object, now()));
    const shown = shownObject(served, object, rowObject, tableVersion);
    return shown === undefined ? { cells, object: null } : { cells, object: shown };
  };
  const table = (items: readonly StoredObject[], metadata: object, first: boolean): string =>
    JSON.stringify({ kind: 'Table', apiVersion, metadata, columnDefinitions: first ? definitions : null, rows: items.map(row) });
  return {
    contentType: 'application/json',
    id: `table ${served.apiVersion} ${rowObject} ${tableVersion}`,
    one: (stored) => table([stored], { resourceVersion: String(stored.version) }, true),
    list: (items, facts) => table(items, facts, true),
    inEvent: (stored, first) => table([stored], { resourceVersion: String(stored.version) }, first),
    bookmark: (resourceVersion, annotations) =>
      JSON.stringify({
        kind: 'Table',
        apiVersion,
        metadata: { resourceVersion },
        columnDefinitions: null,
        rows: [{ cells: columns.map(() => ''), object: bookmarkOf(served.kind.resource.kind, served.apiVersion, resourceVersion, annotations) }],
      }),
  };
}

function shownObject(served: ServedKind, object: KubernetesObject, rowObject: RowObject, version: string): object | undefined {
  if (rowObject === 'None') return undefined;
  return rowObject === 'Object' ? { ...object, apiVersion: served.apiVersion } : partialObject(object, version);
}
