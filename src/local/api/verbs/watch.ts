import { goneStatus, serverErrorStatus } from '../../../kubernetes/status.js';
import { fail, type Answer } from '../request/answer.js';
import { isTrue } from '../request/flag.js';
import type { Call, ServerContext } from '../server-context.js';
import { chooseRepresentation } from '../serving/negotiation.js';
import { readListOptions } from './list-options.js';
import { selectionOf } from './selection.js';
import { send, sendBookmark, sendEvent, type Watch } from './watch-hub.js';

const BOOKMARK_MILLISECONDS = 60_000;
/** A watch without a timeout ends after 30 to 60 minutes. */
const LEAST_SECONDS = 1800;

/** Answers a watch: what exists, when that is asked for, then what changes, until a time or either side ends it. */
export function watch(server: ServerContext, call: Call): Answer {
  const options = readListOptions(call, true);
  const selection = selectionOf(call);
  const representation = chooseRepresentation(server, call);
  const { query } = call;
  const { resourceVersion: asked, sendInitialEvents: initial } = options;
  const current = server.store.version;
  const from = asked === '' ? 0 : /^\d+$/.test(asked) ? Number(asked) : fail(serverErrorStatus(`strconv.ParseUint: parsing ${JSON.stringify(asked)}: invalid syntax`));
  const replays = initial ?? from === 0;
  const stop = new AbortController();
  const opened = server.watches.open(call.served.collection, selection, representation, replays || from === 0 ? current : from, () => stop.abort(new Error('watch ended')));
  const end = (): void => opened.stream.end();
  call.signal?.addEventListener('abort', end, { once: true });
  stop.signal.addEventListener('abort', () => call.signal?.removeEventListener('abort', end), { once: true });
  if (call.signal?.aborted) end();
  if (replays) sendExisting(server, call, opened, selection, initial === true, current);
  else if (from > 0) catchUp(server, call, opened, from);
  if (Number(query.get('timeoutSeconds') ?? 0) < 0) end();
  if (!opened.stream.ended) {
    const seconds = Math.max(0, Number(query.get('timeoutSeconds') ?? 0)) || Math.floor(LEAST_SECONDS * (1 + server.random()));
    void endLater(server, opened, seconds * 1000, stop.signal);
    if (isTrue(query.get('allowWatchBookmarks'))) void bookmarks(server, opened, seconds * 1000, stop.signal);
  }
  return { status: 200, headers: { 'content-type': representation.contentType }, body: opened.stream };
}

function sendExisting(server: ServerContext, call: Call, opened: Watch, selection: ReturnType<typeof selectionOf>, marked: boolean, current: number): void {
  for (const stored of server.store.list(call.served.collection, selection.prefix)) {
    if (selection.everything || selection.matches(stored.object)) send(opened, 'ADDED', stored);
  }
  if (marked && isTrue(call.query.get('allowWatchBookmarks'))) sendBookmark(opened, current, { 'k8s.io/initial-events-end': 'true' });
}

function catchUp(server: ServerContext, call: Call, opened: Watch, from: number): void {
  const events = server.store.eventsAfter(from, call.served.collection);
  if (events === undefined) {
    const { compactedVersion } = server.store;
    opened.stream.push(`{"type":"ERROR","object":${JSON.stringify(goneStatus(String(from), String(compactedVersion)))}}\n`);
    opened.stream.end();
    return;
  }
  for (const event of events) sendEvent(opened, event);
}

async function endLater(server: ServerContext, opened: Watch, milliseconds: number, signal: AbortSignal): Promise<void> {
  await server.clock.sleep(milliseconds, signal).catch(() => undefined);
  opened.stream.end();
}

async function bookmarks(server: ServerContext, opened: Watch, milliseconds: number, signal: AbortSignal): Promise<void> {
  // The last one comes two seconds before the end, so that a client resumes close to it.
  const last = server.clock.monotonic() + milliseconds - 2000;
  while (!signal.aborted) {
    const wait = Math.min(BOOKMARK_MILLISECONDS, last - server.clock.monotonic());
    if (wait <= 0) return;
    try {
      await server.clock.sleep(wait, signal);
    } catch {
      return;
    }
    sendBookmark(opened, server.store.version);
  }
}
