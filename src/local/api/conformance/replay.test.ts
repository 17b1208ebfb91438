import { describe, expect, it } from 'vitest';
import knownDifferences from './known-differences.json' with { type: 'json' };
import { recordedCases } from './testing/recorded-case.js';
import { Replay } from './testing/replay.js';

const known: Readonly<Record<string, string>> = knownDifferences;

describe('recorded answers of a real server', async () => {
  const cases = recordedCases();
  const replay = new Replay();
  await replay.prepare(cases);
  const results = new Map<string, string[]>();
  for (const recorded of cases) results.set(recorded.id, await replay.run(recorded).catch((error: unknown) => [String(error)]));
  await replay.close();

  it.each(cases.map(({ id, title }) => ({ id, title })))('$id $title', ({ id }) => {
    const found = results.get(id) ?? [];
    if (known[id] === undefined) expect(found).toEqual([]);
    else expect(found, 'matches now: take it off the list of known differences').not.toEqual([]);
  });
});
