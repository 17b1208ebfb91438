import { describe, expect, it } from 'vitest';
import { knownDifferences } from './testing/known-differences.js';
import { recordedCases } from './testing/recorded-case.js';
import { Replay } from './testing/replay.js';

const known = new Set(knownDifferences().flatMap(({ cases }) => cases));

describe('recorded answers of a real server', async () => {
  const cases = recordedCases();
  const replay = new Replay();
  await replay.prepare(cases);
  const results = new Map<string, string[]>();
  for (const recorded of cases) results.set(recorded.id, await replay.run(recorded).catch((error: unknown) => [String(error)]));
  await replay.close();

  it.each(cases.map(({ id, title }) => ({ id, title })))('$id $title', ({ id }) => {
    const found = results.get(id) ?? [];
    if (!known.has(id)) expect(found).toEqual([]);
    else expect(found, 'matches now: take it off the list of known differences').not.toEqual([]);
  });

  it('every known difference is of a case that there is, and of one only once', () => {
    const listed = knownDifferences().flatMap(({ cases: ids }) => ids);
    expect(listed.toSorted()).toEqual([...new Set(listed)].toSorted());
    expect(listed.filter((id) => cases.every((recorded) => recorded.id !== id))).toEqual([]);
  });
});
