import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerDifferences, goldenAnswers, planeNames, planes, type GoldenAnswers } from './testing/golden-answers.js';
import { askGolden, type GoldenAnswer } from './testing/asking.js';
import { apis, goldenCases } from './testing/golden-case.js';
import { gatewayDifferences } from './testing/known-gateway-differences.js';
import { startLocalPlane } from './testing/local-plane.js';

describe('the local gateway answers as real products were recorded to', () => {
  const ours: Record<string, GoldenAnswer> = {};
  let local: Awaited<ReturnType<typeof startLocalPlane>>;

  beforeAll(async () => {
    local = await startLocalPlane();
    const left = apis.flatMap((api) => goldenCases(api).flatMap(({ requests }) => requests.map((request) => ({ api, request }))));
    const worker = async (): Promise<void> => {
      for (let next = left.shift(); next; next = left.shift()) ours[next.request.id] = await askGolden(local.door(next.api), next.request);
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  });
  afterAll(() => local?.stop());

  describe.each(planeNames)('%s', (plane) => {
    const { api, words } = planes[plane];
    const theirs: GoldenAnswers = goldenAnswers(plane);
    const known = new Set(gatewayDifferences().flatMap((each) => (each.plane === plane ? each.requests : [])));
    const differing = (id: string): string[] => answerDifferences(theirs[id], ours[id], words);

    it.each(goldenCases(api).map(({ id, title, requests }) => ({ id, title, requests })))('$id $title', ({ requests }) => {
      expect(requests.filter(({ id }) => !known.has(id)).map(({ id, method, path }) => [id, `${method} ${path}`, ...differing(id)]).filter(({ length }) => length > 2)).toEqual([]);
    });

    it('every difference that is known is still there', () => {
      expect([...known].filter((id) => differing(id).length === 0)).toEqual([]);
    });

    it('nothing is recorded that is not asked any more', () => {
      const asked = new Set(goldenCases(api).flatMap(({ requests }) => requests.map(({ id }) => id)));
      expect(Object.keys(theirs).filter((id) => !asked.has(id))).toEqual([]);
    });
  });
});
