import type { Status } from '../generated/meta-v1.js';
import { type FieldPath, pathsOf, showPath } from './field-set.js';
import type { Manager } from './managers.js';

/** Another manager owns fields that an apply would change. */
export class ApplyConflictError extends Error {
  override readonly name = 'ApplyConflictError';
  /** The 409 that a server answers. */
  readonly status: Status & { code: number; message: string };

  /** @param conflicts managers with only the fields in conflict */
  constructor(conflicts: readonly Manager[]) {
    const message = conflictMessage(conflicts);
    super(message);
    const causes = conflicts.flatMap((manager) =>
      sortedPaths(manager).map((path) => ({ reason: 'FieldManagerConflict', message: `conflict with ${showManager(manager)}`, field: showPath(path) })),
    );
    this.status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: 'Conflict', details: { causes }, code: 409 };
  }
}

function conflictMessage(conflicts: readonly Manager[]): string {
  const all = conflicts.flatMap((manager) => sortedPaths(manager).map((path) => ({ manager: showManager(manager), path: showPath(path) })));
  const [first] = all;
  if (first && all.length === 1) return `Apply failed with 1 conflict: conflict with ${first.manager}: ${first.path}`;
  const byManager = new Map<string, typeof all>();
  for (const each of all) byManager.set(each.manager, [...(byManager.get(each.manager) ?? []), each]);
  const lines = [...byManager]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([manager, fields]) => [`conflicts with ${manager}:`, ...fields.map(({ path }) => `- ${path}`)].join('\n'));
  return `Apply failed with ${all.length} conflicts: ${lines.join('\n')}`;
}

function sortedPaths({ fields }: Manager): FieldPath[] {
  return pathsOf(fields).toSorted((a, b) => (showPath(a) < showPath(b) ? -1 : 1));
}

function showManager({ name, operation, apiVersion, subresource }: Manager): string {
  const part = subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  return `${JSON.stringify(name)}${part}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}
