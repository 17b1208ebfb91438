import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../ports/virtual-clock.js';
import { AnsweringServer } from '../testing/answering-server.js';
import { measuring } from '../testing/measuring.js';
import { createPrometheusSource, type PrometheusSettings } from './prometheus-source.js';
import type { QueryAnswer } from './query-answer.js';
import { SharedAnswers } from './shared-answers.js';

const EVERY = 5000;
const answer = (value: number): QueryAnswer => ({ evaluatedAt: value, series: [], warnings: [] });

/** One question, and how often it was really asked. */
function question(clock = new VirtualClock()) {
  const shared = new SharedAnswers(clock);
  const [asked, ended]: [{ resolve(found: QueryAnswer): void; reject(error: Error): void }[], number[]] = [[], []];
  const ask = (asker: object, signal = new AbortController().signal): Promise<QueryAnswer> => shared.ask({
    key: 'k', asker, within: EVERY,
    send: (stopping) => new Promise((resolve, reject) => {
      const at = asked.push({ resolve, reject });
      stopping.addEventListener('abort', () => {
        ended.push(at);
        reject(new Error('ended'));
      });
    }),
  }, signal);
  return { clock, asked, ended, ask };
}

describe('answers that several ask for', () => {
  const [one, two] = [{ name: 'one' }, { name: 'two' }];

  it('are asked for once by those who come at the same time, failures too', async () => {
    const { asked, ask } = question();
    const both = Promise.all([ask(one), ask(two)]);
    asked[0]?.resolve(answer(1));
    expect(await both).toEqual([answer(1), answer(1)]);
    const failing = Promise.allSettled([ask(one), ask(two)]);
    expect(asked).toHaveLength(2);
    asked[1]?.reject(new Error('no answer'));
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    void ask(two);
    expect(asked).toHaveLength(3);
  });

  it('serve whoever comes within the interval, once it is known that there are several; nobody gets one twice', async () => {
    const { clock, asked, ask } = question();
    const first = ask(one);
    asked[0]?.resolve(answer(1));
    await first;
    // That another asks the same was not known yet.
    await clock.advance(1000);
    const second = ask(two);
    asked[1]?.resolve(answer(2));
    expect(await second).toEqual(answer(2));
    await clock.advance(EVERY - 1000);
    expect(await ask(one)).toEqual(answer(2));
    await clock.advance(999);
    const third = ask(two);
    expect(asked).toHaveLength(3);
    asked[2]?.resolve(answer(3));
    expect(await third).toEqual(answer(3));
    await clock.advance(EVERY);
    void ask(one);
    expect(asked).toHaveLength(4);
  });

  it('are ended when nobody waits any more, and not before', async () => {
    const { asked, ended, ask } = question();
    const [first, second] = [new AbortController(), new AbortController()];
    const all = Promise.allSettled([ask(one, first.signal), ask(two, second.signal)]);
    first.abort(new Error('stopped'));
    await Promise.resolve();
    expect(ended).toEqual([]);
    second.abort(new Error('stopped'));
    expect((await all).map((each) => (each.status === 'rejected' ? String(each.reason) : ''))).toEqual(['Error: stopped', 'Error: stopped']);
    expect(ended).toEqual([1]);
    const fresh = ask(one);
    expect(asked).toHaveLength(2);
    asked[1]?.resolve(answer(5));
    expect(await fresh).toEqual(answer(5));
  });
});

it('of Prometheus are one for sources with the same address, query and credentials', async () => {
  const server = await new AnsweringServer().start();
  const deps = measuring({ secrets: { prom: { token: 'a', other: 'b' } } });
  server.answer = () => ({ body: '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"pod":"a"},"value":[1700000000,"5"]}]}}' });
  const shared = new SharedAnswers(deps.clock);
  const { signal } = new AbortController();
  const sourceOf = (more: Partial<PrometheusSettings> = {}) =>
    createPrometheusSource({ settings: { address: server.address, every: '10m', timeout: '10s', ...more }, namespace: 'shop', requester: deps.requester, secrets: deps.secrets, shared });
  const askAll = async (...settings: Partial<PrometheusSettings>[]): Promise<number> => {
    server.seen.length = 0;
    for (const reading of await Promise.all(settings.map((each) => sourceOf(each)('x', signal)))) expect(reading.series).toHaveLength(1);
    return server.seen.length;
  };
  const token = (key: string): Partial<PrometheusSettings> => ({ token: { secret: 'prom', key } });
  expect(await askAll({}, {}, {})).toBe(1);
  expect(await askAll(token('token'), token('token'), token('other'), { timeout: '9s' })).toBe(3);
  await deps.requester.stop();
  await server.stop();
});
