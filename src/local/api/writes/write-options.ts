import { tooLongField, unsupportedField } from '../../../kubernetes/field-errors.js';
import { invalidStatus } from '../../../kubernetes/status.js';
import { fail } from '../request/answer.js';
import type { Call } from '../server-context.js';

const MOST_MANAGER_BYTES = 128;

/** The query options of a write. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore';
  readonly fieldManager: string;
  readonly force: boolean;
}

/** @throws ApiFailure 422 for a value that no option has */
export function readWriteOptions({ query, headers }: Call, optionsKind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions'): WriteOptions {
  const target = { group: 'meta.k8s.io', kind: optionsKind };
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  if (dryRun.some((value) => value !== 'All')) fail(invalidStatus(target, '', [unsupportedField('dryRun', dryRun, ['All'])]));
  const validation = query.get('fieldValidation') ?? '';
  if (!['', 'Ignore', 'Strict', 'Warn'].includes(validation)) {
    fail(invalidStatus(target, '', [unsupportedField('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn'])]));
  }
  const manager = query.get('fieldManager') ?? '';
  if (Buffer.byteLength(manager) > MOST_MANAGER_BYTES) fail(invalidStatus(target, '', [tooLongField('fieldManager', MOST_MANAGER_BYTES)]));
  return {
    dryRun: dryRun.length > 0,
    fieldValidation: validation === 'Strict' || validation === 'Ignore' ? validation : 'Warn',
    fieldManager: manager || managerOf(headers['user-agent']),
    force: query.get('force') === 'true' || query.get('force') === '1',
  };
}

/** The manager of a client that names none: the first part of its User-Agent. */
export function managerOf(userAgent: string | undefined): string {
  return (userAgent ?? '').split('/')[0]?.slice(0, MOST_MANAGER_BYTES) || 'unknown';
}
