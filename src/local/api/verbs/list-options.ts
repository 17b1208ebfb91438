import type { FieldError } from '../../../kubernetes/field-error.js';
import { forbiddenField, unsupportedField } from '../../../kubernetes/field-errors.js';
import { badRequestStatus, invalidStatus } from '../../../kubernetes/status.js';
import { fail } from '../request/answer.js';
import type { Call } from '../server-context.js';

/** The query options of lists and watches. */
export interface ListOptions {
  /** 0 is no limit. */
  readonly limit: number;
  readonly continue: string;
  readonly resourceVersion: string;
  readonly match: 'Exact' | 'NotOlderThan' | '';
  readonly sendInitialEvents: boolean | undefined;
}

/** @throws ApiFailure 400 or 422 for options that contradict themselves */
export function readListOptions({ query }: Call, watching: boolean): ListOptions {
  const limit = readInteger(query.get('limit'));
  readInteger(query.get('timeoutSeconds'));
  const resourceVersion = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  const initial = query.get('sendInitialEvents');
  const problems = watching ? watchProblems(resourceVersion, match, initial) : listProblems(resourceVersion, match, initial, query.get('continue') ?? '');
  if (problems.length > 0) fail(invalidStatus({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', problems));
  return {
    limit: Math.max(0, limit),
    continue: query.get('continue') ?? '',
    resourceVersion,
    match: match === 'Exact' || match === 'NotOlderThan' ? match : '',
    sendInitialEvents: initial === null ? undefined : initial === 'true' || initial === '1',
  };
}

function listProblems(version: string, match: string, initial: string | null, token: string): FieldError[] {
  if (initial !== null) return [forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list')];
  if (match === '') return [];
  const at = 'resourceVersionMatch';
  const problems: FieldError[] = [];
  if (version === '') problems.push(forbiddenField(at, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
  if (token !== '') problems.push(forbiddenField(at, 'resourceVersionMatch is forbidden when continue is provided'));
  if (match !== 'Exact' && match !== 'NotOlderThan') problems.push(unsupportedField(at, match, ['Exact', 'NotOlderThan', '']));
  if (match === 'Exact' && version === '0') problems.push(forbiddenField(at, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  return problems;
}

function watchProblems(_version: string, match: string, initial: string | null): FieldError[] {
  const at = 'resourceVersionMatch';
  if (initial === null) return match === '' ? [] : [forbiddenField(at, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')];
  const problems: FieldError[] = [];
  if (match === '') problems.push(forbiddenField(at, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  else if (match !== 'NotOlderThan') problems.push(unsupportedField(at, match, ['NotOlderThan']));
  return problems;
}

function readInteger(text: string | null): number {
  if (text === null || text === '') return 0;
  return /^[-+]?\d+$/.test(text) ? Number(text) : fail(badRequestStatus(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`));
}
