import { badRequestStatus, expiredStatus, tooLargeVersionStatus } from '../../../kubernetes/status.js';
import { fail, type Answer } from '../request/answer.js';
import type { Call, ServerContext } from '../server-context.js';
import { chooseRepresentation } from '../serving/negotiation.js';
import type { StoredObject } from '../store.js';
import { decodeContinue, encodeContinue } from './continue-token.js';
import { readListOptions, type ListOptions } from './list-options.js';
import { selectionOf } from './selection.js';

/** Where a list is read. */
interface Place {
  readonly version: number;
  /** The first key that it may hold. */
  readonly start: string;
  /** Whether it is read as of `version` rather than now. */
  readonly exact: boolean;
  readonly limit: number;
}

/** Answers a list. */
export function list(server: ServerContext, call: Call): Answer {
  const options = readListOptions(call, false);
  const selection = selectionOf(call);
  const representation = chooseRepresentation(server, call);
  const { version, start, exact, limit } = placeOf(server, options, selection.prefix);
  const { collection } = call.served;
  const objects = exact ? server.store.listAt(version, collection, selection.prefix) : server.store.list(collection, selection.prefix);
  if (objects === undefined) return fail(expired(options.continue));
  const after = start === '' ? objects : objects.filter(({ key }) => key >= start);
  const page: StoredObject[] = [];
  let seen = 0;
  for (const stored of after) {
    if (limit > 0 && page.length === limit) break;
    seen++;
    if (selection.everything || selection.matches(stored.object)) page.push(stored);
  }
  const left = after.length - seen;
  const body = representation.list(page, {
    resourceVersion: String(version),
    ...(left > 0 ? { continue: encodeContinue(version, `${(page.at(-1)?.key ?? '').slice(selection.prefix.length)}\0`) } : {}),
    ...(left > 0 && selection.everything ? { remainingItemCount: left } : {}),
  });
  return { status: 200, headers: { 'content-type': representation.contentType }, body: `${body}\n` };
}

function placeOf({ store }: ServerContext, options: ListOptions, prefix: string): Place {
  const { limit, resourceVersion: asked, match } = options;
  if (options.continue !== '') {
    if (asked !== '' && asked !== '0') fail(badRequestStatus('specifying resource version is not allowed when using continue'));
    const { version, start } = decodeContinue(options.continue);
    if (version <= 0) return { version: store.version, start: `${prefix}${start}`, exact: false, limit };
    if (version < store.compactedVersion) return fail(expired(options.continue));
    return { version, start: `${prefix}${start}`, exact: true, limit };
  }
  if (asked === '') return { version: store.version, start: '', exact: false, limit };
  // Version 0 is answered from the cache, which knows no pages.
  if (asked === '0') return { version: store.version, start: '', exact: false, limit: 0 };
  const version = readVersion(asked);
  requireReached(version, store.version);
  const exact = match === 'Exact' || (match === '' && limit > 0);
  if (!exact) return { version: store.version, start: '', exact, limit };
  if (version < Math.max(store.compactedVersion, FIRST_VERSION)) return fail(expiredStatus());
  return { version, start: '', exact, limit };
}

/** Nothing was ever written before this one. */
const FIRST_VERSION = 2;

/** @throws ApiFailure 504 for a version that is not there yet */
export function requireReached(version: number, current: number): void {
  if (version > current) fail(tooLargeVersionStatus(String(version), String(current)));
}

/** @throws ApiFailure 400 */
export function readVersion(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const shown = JSON.stringify(text);
  return fail(badRequestStatus(`invalid resource version: resourceVersion: Invalid value: ${shown}: strconv.ParseUint: parsing ${shown}: invalid syntax`));
}

const INCONSISTENT = [
  'The provided continue parameter is too old to display a consistent list result.',
  'You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results.',
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
].join(' ');

function expired(token: string): ReturnType<typeof expiredStatus> {
  if (token === '') return expiredStatus();
  return { ...expiredStatus(INCONSISTENT), metadata: { continue: encodeContinue(-1, decodeContinue(token).start) } };
}
