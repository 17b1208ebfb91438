import { describe, expect, it } from 'vitest';
import { newPlaces, readPlaces, recordPlaces } from './testing/differing-places.js';
import { knownDifferences } from './testing/known-differences.js';
import { recordedCases } from './testing/recorded-case.js';
import { Replay } from './testing/replay.js';

const known = new Set(knownDifferences().flatMap(({ cases }) => cases));
/** Where these differ; written anew with SERIN_RECORD_PLACES=1. */
const PLACES = new URL('differing-from-recordings.json', import.meta.url);

describe('recorded answers of a real server', async () => {
  const cases = recordedCases();
  const replay = new Replay();
  await replay.prepare(cases);
  const results = new Map<string, string[]>();
  for (const recorded of cases) results.set(recorded.id, await replay.run(recorded).catch((error: unknown) => [String(error)]));
  await replay.close();
  if (process.env['SERIN_RECORD_PLACES'] === '1') recordPlaces(PLACES, results, known);
  const places = readPlaces(PLACES);

  it.each(cases.map(({ id, title }) => ({ id, title })))('$id $title', ({ id }) => {
    const found = results.get(id) ?? [];
    if (!known.has(id)) expect(found).toEqual([]);
    else {
      expect(found, 'matches now: take it off the list of known differences').not.toEqual([]);
      expect(newPlaces(places, id, found), 'differs in more than is known').toEqual([]);
    }
  });

  it('every known difference is of a case that there is, and of one only once', () => {
    const listed = knownDifferences().flatMap(({ cases: ids }) => ids);
    expect(listed.toSorted()).toEqual([...new Set(listed)].toSorted());
    expect(listed.filter((id) => cases.every((recorded) => recorded.id !== id))).toEqual([]);
  });
});
