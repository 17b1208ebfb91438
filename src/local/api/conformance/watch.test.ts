import { describe, expect, it } from 'vitest';
import { startApi } from '../testing/local-client.js';
import { recordedWatches, WatchReplay, type WatchResult } from './testing/watch-replay.js';

/** Why a case differs. */
const KNOWN: Readonly<Record<string, string>> = {
  W11: 'The bookmark of the recording has a version that no write of its own case had.',
  W14: 'The last step changed nothing here: no controller had written in between.',
  W16: 'Nothing was compacted yet: version 1 can still be resumed from.',
};

describe('recorded watches of a real server', async () => {
  const { transport, clock, store } = startApi();
  const replay = await WatchReplay.prepare({ transport, pass: (milliseconds) => clock.advance(milliseconds), version: () => Promise.resolve(String(store.version)) });
  const results = new Map<string, { readonly found: WatchResult; readonly recorded: WatchResult }>();
  for (const each of recordedWatches) results.set(each.id, await replay.play(each));

  it.each(recordedWatches.map(({ id, title }) => ({ id, title })))('$id $title', ({ id }) => {
    const { found, recorded } = results.get(id) ?? {};
    if (KNOWN[id] === undefined) expect(found).toEqual(recorded);
    else expect(found, 'matches now: take it off the list').not.toEqual(recorded);
  });
});
