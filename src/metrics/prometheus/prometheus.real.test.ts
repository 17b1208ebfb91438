import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { PlannedMetric } from '../../model/policy/analysis.js';
import type { HistogramBlock } from '../../statistics/histograms.js';
import type { CountBlock } from '../../statistics/counts.js';
import { collectorFor } from '../collector-for.js';
import type { Collector } from '../collector.js';
import { ExposingServer } from '../testing/exposing-server.js';
import { about, collected, measuring, podOf } from '../testing/measuring.js';
import { hasPrometheus, startPrometheus, type RunningPrometheus } from './testing/prometheus-server.js';

if (!hasPrometheus) {
  console.warn('NOT RUN: samples from a real Prometheus: there is no prometheus; see scripts/install-tools.sh.');
}

const WAIT = { timeout: 30_000, interval: 200 };

describe.skipIf(!hasPrometheus)('a real Prometheus', { timeout: 90_000 }, () => {
  const servers = { 'web-old': new ExposingServer(), 'web-new': new ExposingServer(), 'web-gone': new ExposingServer() };
  const long = Date.now() - 3_600_000;
  const pods = [podOf('web-old', 'old', long), podOf('web-new', 'new', long)];
  const deps = measuring({ pods });
  let prometheus: RunningPrometheus;

  beforeAll(async () => {
    for (const server of Object.values(servers)) await server.start();
    servers['web-old'].add('requests_total{code="200"}', 1000);
    servers['web-new'].add('requests_total{code="200"}', 500);
    prometheus = await startPrometheus(Object.fromEntries(Object.entries(servers).map(([pod, { target }]) => [pod, target])));
    // Nobody answers for this one any more.
    await servers['web-gone'].stop();
    await vi.waitFor(async () => expect(await Promise.all(['web-old', 'web-new'].map((pod) => prometheus.newest('requests_total', pod)))).toEqual([expect.any(Number), expect.any(Number)]), WAIT);
  }, 60_000);
  afterAll(async () => {
    await prometheus?.stop();
    await Promise.all(Object.values(servers).map((server) => server.stop()));
    await deps.requester.stop();
  });

  const settings = () => ({ address: prometheus.address, every: '1s', timeout: '10s' });
  const collectorOf = (metric: PlannedMetric): Collector => collectorFor(metric, about(Date.now()), deps);

  /** Lets it see what Pods had counted before. */
  const begun = async (collector: Collector): Promise<Collector> => {
    await vi.waitFor(async () => expect(typeof (await collected(collector))).not.toBe('string'), WAIT);
    return collector;
  };

  /** Adds up what is handed over until the sum is what it should be; each request is counted once. */
  async function counted(collector: Collector, wanted: Pick<CountBlock, 'stable' | 'canary'>): Promise<CountBlock[]> {
    const blocks: CountBlock[] = [];
    await vi.waitFor(async () => {
      const sample = await collected(collector);
      if (typeof sample === 'object' && sample.kind === 'errorRate') blocks.push(sample.block);
      const sum = (role: 'stable' | 'canary') => blocks.reduce((all, { [role]: { requests, bad } }) => ({ requests: all.requests + requests, bad: all.bad + bad }), { requests: 0, bad: 0 });
      expect({ stable: sum('stable'), canary: sum('canary') }).toEqual(wanted);
    }, WAIT);
    return blocks;
  }

  it('counts what both versions added, over the same time, from raw counters, through resets', async () => {
    const collector = await begun(collectorOf({ name: 'errors', errorRate: {}, from: { prometheus: { ...settings(), all: 'requests_total', bad: 'requests_total{code=~"5.."}' } } }));
    servers['web-old'].add('requests_total{code="200"}', 90);
    servers['web-new'].add('requests_total{code="200"}', 8);
    // A series that was not there before counts whole.
    servers['web-new'].add('requests_total{code="503"}', 2);
    const blocks = await counted(collector, { stable: { requests: 90, bad: 0 }, canary: { requests: 10, bad: 2 } });
    for (const [index, { at, seconds }] of blocks.entries()) {
      expect(seconds).toBeGreaterThan(0);
      if (index > 0) expect(at).toBeCloseTo((blocks[index - 1]?.at ?? 0) + seconds * 1000, -1);
    }

    // The canary starts anew: its counters fall to less than they were.
    await servers['web-new'].stop();
    await servers['web-new'].start();
    servers['web-new'].add('requests_total{code="200"}', 30);
    servers['web-new'].add('requests_total{code="500"}', 1);
    servers['web-old'].add('requests_total{code="200"}', 10);
    await counted(collector, { stable: { requests: 10, bad: 0 }, canary: { requests: 31, bad: 1 } });
  });

  it('waits while one version tells nothing, and hands over all once it does', async () => {
    const collector = await begun(collectorOf({ name: 'errors', errorRate: {}, from: { prometheus: { ...settings(), all: 'requests_total', bad: 'requests_total{code=~"5.."}' } } }));
    await servers['web-new'].stop();
    await vi.waitFor(async () => expect(await collected(collector)).toBe('waiting: the query tells nothing of the Pods of canary yet'), WAIT);
    servers['web-old'].add('requests_total{code="200"}', 50);
    const before = await prometheus.newest('requests_total', 'web-old');
    await vi.waitFor(async () => expect(await prometheus.newest('requests_total', 'web-old')).toBeGreaterThan((before ?? 0) + 1), WAIT);
    expect(await collected(collector)).toBe('waiting: the query tells nothing of the Pods of canary yet');
    await servers['web-new'].start();
    servers['web-new'].add('requests_total{code="200"}', 5);
    await counted(collector, { stable: { requests: 50, bad: 0 }, canary: { requests: 5, bad: 0 } });
  });

  it('makes blocks of histograms, in milliseconds', async () => {
    for (const pod of ['web-old', 'web-new'] as const) servers[pod].took(50, 10);
    const collector = collectorOf({ name: 'latency', latency: {}, from: { prometheus: { ...settings(), histogram: 'took_seconds_bucket' } } });
    await vi.waitFor(async () => expect(await collected(collector)).toBeUndefined(), WAIT);
    servers['web-old'].took(50, 20);
    servers['web-new'].took(300, 4);
    servers['web-new'].took(5000, 1);
    const blocks: HistogramBlock[] = [];
    await vi.waitFor(async () => {
      const sample = await collected(collector);
      if (typeof sample === 'object' && sample.kind === 'latency') blocks.push(sample.block);
      const sum = (role: 'stable' | 'canary') => blocks.reduce((all, { [role]: counts }) => all.map((value, index) => value + (counts[index] ?? 0)), [0, 0, 0, 0]);
      expect([sum('stable'), sum('canary')]).toEqual([[20, 0, 0, 0], [0, 4, 0, 1]]);
    }, WAIT);
    expect(blocks.map(({ edges }) => edges)).toEqual(blocks.map(() => [100, 500, 2000]));
  });

  it('takes gauges of Pods, each sample once', async () => {
    for (const [pod, value] of [['web-old', 100], ['web-new', 150]] as const) servers[pod].add('memory_bytes', value);
    const collector = collectorOf({ name: 'memory', saturation: { every: '1s' }, from: { prometheus: { ...settings(), gauge: 'memory_bytes' } } });
    const at: number[] = [];
    await vi.waitFor(async () => {
      const sample = await collected(collector);
      if (typeof sample === 'object' && sample.kind === 'saturation') {
        expect(sample.sample).toMatchObject({ stable: [100], canary: [150] });
        at.push(sample.sample.at);
      }
      expect(at.length).toBeGreaterThanOrEqual(3);
    }, WAIT);
    expect(new Set(at).size).toBe(at.length);
  });

  it('judges one value by conditions: a vector, a scalar, none, NaN', async () => {
    const measured = (value: string, condition: { success?: string; failure?: string }) =>
      collected(collectorOf({ name: 'up', condition: { every: '1s', ...condition }, from: { prometheus: { ...settings(), value } } }));
    expect(await measured('sum(up{pod=~"web-old|web-gone"}) / 2', { success: 'result * 100 >= 50' })).toMatchObject({ kind: 'condition', measurement: 'success', value: 0.5 });
    expect(await measured('vector(3)', { failure: 'result > 2' })).toMatchObject({ measurement: 'failure', detail: 'result is 3: result > 2' });
    expect(await measured('3 * 2', { success: 'result == 6' })).toMatchObject({ measurement: 'success', value: 6 });
    expect(await measured('count(nothing_of_the_kind)', { success: 'result == 1' })).toBe('waiting: the query has no result yet');
    expect(await measured('vector(0) / 0', { success: 'result == 1' })).toBe('waiting: the query gives NaN: there is nothing to divide yet');
    expect(await measured('vector(1) / 0', { success: 'result > 1000' })).toMatchObject({ measurement: 'success' });
  });

  it('says in its own words why a query cannot be answered', async () => {
    const asked = async (value: string) => {
      const sample = await collected(collectorOf({ name: 'up', condition: { every: '1s' }, from: { prometheus: { ...settings(), value } } }));
      return typeof sample === 'object' && sample.kind === 'condition' ? sample.detail : sample;
    };
    expect(await asked('sum(up')).toMatch(/^Prometheus at http:\/\/127.0.0.1:\d+: it refuses the query \(bad_data\): .*1:7: parse error: unclosed left parenthesis/);
    expect(await asked('up[1m]')).toBe('the query asks for a range; take off what is in [ ] at its end');
    expect(await asked('label_replace(label_replace(up, "pod", "same", "", ""), "instance", "same", "", "")')).toMatch(/it refuses the query \(execution\): .*same labelset/);
    expect(await asked('"text"')).toBe('the query gives a string; it must give numbers');
  });

  it('knows by which label series name their Pod, and says when none does', async () => {
    const named = await begun(collectorOf({ name: 'errors', errorRate: {}, from: { prometheus: { ...settings(), podLabel: 'k8s_pod', all: 'label_replace(requests_total, "k8s_pod", "$1", "pod", "(.*)")', bad: 'requests_total{code="0"}' } } }));
    servers['web-old'].add('requests_total{code="200"}', 7);
    servers['web-new'].add('requests_total{code="200"}', 3);
    await counted(named, { stable: { requests: 7, bad: 0 }, canary: { requests: 3, bad: 0 } });
    const without = collectorOf({ name: 'errors', errorRate: {}, from: { prometheus: { ...settings(), all: 'sum(requests_total)', bad: 'sum(requests_total{code=~"5.."})' } } });
    expect(await collected(without)).toBe('waiting: the query has a result of 1 series, but none has the label pod; keep it where you add up');
  });
});
