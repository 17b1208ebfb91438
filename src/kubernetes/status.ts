import type { FieldError } from './field-error.js';
import type { Status } from './generated/meta-v1.js';

/** What a Status names: the plural (`configmaps`) or, for a 422, the kind (`ConfigMap`). */
export interface StatusTarget {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

/** A failure as the server answers it; `code` is the HTTP status. */
export type FailureStatus = Status & { code: number; message: string };

/** Any failure; without a reason none is named. */
export function failureStatus(code: number, reason: string, message: string, details?: Status['details']): FailureStatus {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
}

const withGroup = (name: string, group: string): string => (group === '' ? name : `${name}.${group}`);
const named = (target: StatusTarget): string => withGroup(target.plural, target.group);
const detailsOf = ({ group, plural }: StatusTarget, name: string): NonNullable<Status['details']> => ({
  ...(name === '' ? {} : { name }),
  ...(group === '' ? {} : { group }),
  kind: plural,
});

/** 404 `configmaps "a" not found` */
export function notFoundStatus(target: StatusTarget, name: string): FailureStatus {
  return failureStatus(404, 'NotFound', `${named(target)} ${quoted(name)} not found`, detailsOf(target, name));
}

/** 404 for a path that is served by nothing. */
export function unknownPathStatus(): FailureStatus {
  return failureStatus(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** 409 `configmaps "a" already exists`; a prefix says more (`object is being deleted: `). */
export function alreadyExistsStatus(target: StatusTarget, name: string, prefix = ''): FailureStatus {
  return failureStatus(409, 'AlreadyExists', `${prefix}${named(target)} ${quoted(name)} already exists`, detailsOf(target, name));
}

const STALE_OBJECT = 'the object has been modified; please apply your changes to the latest version and try again';

/** 409 `Operation cannot be fulfilled on …: <cause>`; the cause is a stale resourceVersion unless told otherwise. */
export function conflictStatus(target: StatusTarget, name: string, cause: string = STALE_OBJECT): FailureStatus {
  return failureStatus(409, 'Conflict', `Operation cannot be fulfilled on ${named(target)} ${quoted(name)}: ${cause}`, detailsOf(target, name));
}

/** 422 with all problems in the message and in `details.causes`. */
export function invalidStatus(target: Pick<StatusTarget, 'group' | 'kind'>, name: string, problems: readonly FieldError[]): FailureStatus {
  const unique = [...new Set(problems.map(({ field, message }) => `${field}: ${message}`))];
  const what = unique.length === 1 ? unique.join('') : `[${unique.join(', ')}]`;
  const subject = `${withGroup(target.kind, target.group)} ${quoted(name)} is invalid`;
  return failureStatus(422, 'Invalid', problems.length === 0 ? subject : `${subject}: ${what}`, {
    ...(name === '' ? {} : { name }),
    ...(target.group === '' ? {} : { group: target.group }),
    ...(target.kind === '' ? {} : { kind: target.kind }),
    ...(problems.length === 0 ? {} : { causes: problems.map(({ reason, message, field }) => ({ reason, message, field })) }),
  });
}

/** 422 without a named place, as for a JSON patch that does not apply. */
export function rejectedStatus(): FailureStatus {
  return failureStatus(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

/** 400 */
export function badRequestStatus(message: string): FailureStatus {
  return failureStatus(400, 'BadRequest', message);
}

/** 401 */
export function unauthorizedStatus(): FailureStatus {
  return failureStatus(401, 'Unauthorized', 'Unauthorized');
}

/** 403 `configmaps "a" is forbidden: <why>`; without a name `configmaps is forbidden: <why>`. */
export function forbiddenStatus(target: StatusTarget, name: string, why: string): FailureStatus {
  const subject = name === '' ? named(target) : `${named(target)} ${quoted(name)}`;
  return failureStatus(403, 'Forbidden', `${subject} is forbidden: ${why}`, detailsOf(target, name));
}

/** 405 */
export function methodNotAllowedStatus(): FailureStatus {
  return failureStatus(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

/** 406 when no served media type is acceptable. */
export function notAcceptableStatus(message: string): FailureStatus {
  return failureStatus(406, 'NotAcceptable', message);
}

/** 410 for a resourceVersion or a continue token that is too old. */
export function expiredStatus(message = 'The resourceVersion for the provided list is too old.'): FailureStatus {
  return failureStatus(410, 'Expired', message);
}

/** 410 as watches put it into their ERROR event. */
export function goneStatus(requested: string, current: string): FailureStatus {
  return failureStatus(410, 'Expired', `too old resource version: ${requested} (${current})`);
}

/** 415, naming the accepted media types. */
export function unsupportedMediaTypeStatus(accepted: readonly string[]): FailureStatus {
  const list = accepted.join(', ');
  return failureStatus(415, 'UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${list}`);
}

/** 429; the client may try again after so many seconds. */
export function tooManyRequestsStatus(message: string, retryAfterSeconds?: number): FailureStatus {
  return failureStatus(429, 'TooManyRequests', message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
}

/** 500 with a plain message, as for a patch that cannot be merged. */
export function serverErrorStatus(message: string): FailureStatus {
  return failureStatus(500, '', message);
}

/** 500 `Internal error occurred: <message>` */
export function internalErrorStatus(message: string): FailureStatus {
  return failureStatus(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

/** 504 for a resourceVersion that the server has not reached. */
export function tooLargeVersionStatus(requested: string, current: string): FailureStatus {
  return failureStatus(504, 'Timeout', `Timeout: Too large resource version: ${requested}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** The success that a DELETE answers when the object is gone. */
export function deletedStatus(target: StatusTarget, name: string, uid: string): Status {
  const { group, plural } = target;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(group === '' ? {} : { group }), kind: plural, uid },
  };
}

const quoted = (name: string): string => JSON.stringify(name);
