import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../ports/virtual-clock.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { NoReading, type Reading, type Series } from '../reading.js';
import { collected, podOf } from '../testing/measuring.js';
import { bucketMeasure } from '../windows/buckets.js';
import { countBlock, countMeasure } from '../windows/counts.js';
import { HistogramBlocks } from '../windows/histograms.js';
import { createQueriedCounters } from './queried-counters.js';
import { BucketReader, CountReader, unitOfQuery } from './readings.js';

const series = (pod: string, value: number, at?: number, more: Record<string, string> = {}): Series => ({ labels: { pod, ...more }, value, ...(at === undefined ? {} : { at }) });

describe('counters by Pod', () => {
  const since = new VirtualClock().now();
  /** Answers by query; nothing where there is none. */
  function counting(pods: Pod[]) {
    const answers = new Map<string, Reading>();
    const say = (query: string, at: number, all: readonly Series[]): void => void answers.set(query, { at: since + at, series: all.map((each) => (each.at === undefined ? each : { ...each, at: since + each.at })) });
    const source = (query: string, _: AbortSignal, asOf?: number): Promise<Reading> => {
      const answer = answers.get(asOf === undefined ? query : `${query} when it began`);
      return answer ? Promise.resolve(answer) : Promise.reject(new NoReading('waiting', 'nothing'));
    };
    const shared = { source, interval: 5000, hashes: { stable: 'old', canary: 'new' }, pods: () => pods, since, podLabel: 'pod' };
    const errors = createQueriedCounters({ ...shared, queries: ['all', 'bad'], measure: countMeasure, reader: new CountReader(), sample: (block) => ({ kind: 'errorRate', block: countBlock(block) }) });
    const blocks = new HistogramBlocks();
    const latency = createQueriedCounters({
      ...shared, queries: ['buckets'], measure: bucketMeasure, reader: new BucketReader('seconds'),
      sample: (found) => {
        const block = blocks.of(found);
        return block && { kind: 'latency', block };
      },
    });
    return { say, errors, latency };
  }
  const block = (at: number, seconds: number, stable: [number, number], canary: [number, number]) =>
    ({ kind: 'errorRate', block: { at: since + at, seconds, stable: { requests: stable[0], bad: stable[1] }, canary: { requests: canary[0], bad: canary[1] } } });

  it('waits until both versions were scraped, however far apart', async () => {
    const { say, errors } = counting([podOf('a', 'old', 0), podOf('b', 'new', 0)]);
    say('all', 1000, [series('a', 100, 500), series('b', 50, 900)]);
    await collected(errors);
    // First stable alone, then the canary alone: together they are one block, of all that was added.
    say('all', 6000, [series('a', 110, 5500), series('b', 50, 900)]);
    expect(await collected(errors)).toBeUndefined();
    say('all', 11_000, [series('a', 110, 5500), series('b', 53, 10_900)]);
    say('bad', 11_000, [series('b', 2, 10_900)]);
    expect(await collected(errors)).toEqual(block(11_000, 10, [10, 0], [3, 2]));
    // The same again is nothing new; nor is it an empty block.
    expect(await collected(errors)).toBeUndefined();
    // Scraped anew without any requests: a block in which there were none.
    say('all', 16_000, [series('a', 110, 15_500), series('b', 53, 15_900)]);
    expect(await collected(errors)).toEqual(block(16_000, 5, [0, 0], [0, 0]));
  });

  it('counts a Pod that came with the release from 0, one that was there before from its first reading', async () => {
    const pods = [podOf('a', 'old', since - 60_000), podOf('b', 'new', since + 2000)];
    const { say, errors } = counting(pods);
    say('all', 5000, [series('a', 1000, 4000), series('b', 8, 4000)]);
    say('bad', 5000, [series('a', 10, 4000), series('b', 2, 4000)]);
    expect(await collected(errors)).toEqual(block(5000, 5, [0, 0], [8, 2]));
    pods.pop();
    // What a Pod that is gone added at last is counted, too.
    say('all', 10_000, [series('a', 1005, 9000), series('b', 9, 9000)]);
    expect(await collected(errors)).toEqual(block(10_000, 5, [5, 0], [1, 0]));
  });

  it('knows from the first answer what stable added since the release began', async () => {
    const { say, errors } = counting([podOf('a', 'old', since - 60_000), podOf('b', 'new', since + 1000)]);
    say('all when it began', 0, [series('a', 1000, -9000)]);
    say('all', 14_000, [series('a', 1300, 6000), series('b', 12, 13_000)]);
    say('bad', 14_000, [series('b', 12, 13_000)]);
    expect(await collected(errors)).toEqual(block(14_000, 14, [300, 0], [12, 12]));
    say('all', 29_000, [series('a', 1500, 21_000), series('b', 20, 28_000)]);
    expect(await collected(errors)).toEqual(block(29_000, 15, [200, 0], [8, 0]));
  });

  it('says of which version nothing is told', async () => {
    const { say, errors } = counting([podOf('a', 'old', 0), podOf('b', 'new', 0)]);
    expect(await collected(errors)).toBe('waiting: nothing');
    say('all', 1000, [series('a', 1), series('c', 1)]);
    expect(await collected(errors)).toBe('waiting: the query tells nothing of the Pods of canary yet');
    say('all', 2000, [{ labels: { instance: 'x' }, value: 1 }]);
    expect(await collected(errors)).toBe('waiting: the query has a result of 1 series, but none has the label pod; keep it where you add up');
  });

  it('reads histograms, adding up whatever else tells series apart', async () => {
    const { say, latency } = counting([podOf('a', 'old', 0), podOf('b', 'new', 0)]);
    const buckets = (at: number, factor: number): void =>
      say('buckets', at, ['a', 'b'].flatMap((pod) => ['GET', 'PUT'].flatMap((method) => [['+Inf', 3], ['0.35', 1], ['1', 2]].map(([le, count]) => series(pod, Number(count) * factor, at, { le: String(le), method })))));
    buckets(1000, 1);
    await collected(latency);
    buckets(2000, 5);
    expect(await collected(latency)).toMatchObject({ kind: 'latency', block: { edges: [350, 1000], stable: [8, 8, 8], canary: [8, 8, 8] } });
    say('buckets', 3000, [series('a', 1)]);
    expect(await collected(latency)).toBe('failed: histogram: no series has a label le; ask for the buckets, such as …_bucket, and keep le where you add up');
  });
});

it('knows the unit of a histogram by its name', () => {
  const of = (query: string) => unitOfQuery(query, undefined);
  expect(['http_request_duration_seconds_bucket{a="b"}', 'took_bucket'].map(of)).toEqual(['seconds', 'seconds']);
  expect(['istio_request_duration_milliseconds_bucket{reporter="destination"}', 'sum by (pod, le) (took_ms_bucket)', 'envoy_cluster_upstream_rq_time_bucket'].map(of)).toEqual(['milliseconds', 'milliseconds', 'milliseconds']);
  expect(unitOfQuery('took_ms_bucket', 'seconds')).toBe('seconds');
});
