import { describe, expect, it } from 'vitest';
import type { Collector } from '../../metrics/collector.js';
import { NoReading } from '../../metrics/reading.js';
import { VirtualClock } from '../../ports/virtual-clock.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import { sampled, type Sampled } from './sampling.js';

const sample = (at: number): MetricSample => ({ kind: 'condition', at, measurement: 'success' });

/** So many seconds with a collector that is asked once a second. */
async function taken(collect: (asked: number) => MetricSample | undefined, forSeconds = 60, stopAfter?: number): Promise<Sampled & { readonly stopped: boolean; readonly took: number }> {
  const clock = new VirtualClock();
  const stopping = new AbortController();
  let [asked, stopped, done] = [0, false, false];
  const collector: Collector = { interval: 1000, collect: async () => collect(++asked), stop: async () => void (stopped = true) };
  const begun = clock.monotonic();
  const result = sampled(() => collector, { clock, until: begun + forSeconds * 1000, signal: stopping.signal });
  void result.finally(() => (done = true));
  for (let second = 0; !done && second < 1000; second++) {
    await clock.advance(1000);
    if (second === stopAfter) stopping.abort();
  }
  return { ...(await result), stopped, took: clock.monotonic() - begun };
}

describe('samples of one metric', () => {
  it('are taken until it is time', async () => {
    const { samples, stopped, problem } = await taken(sample);
    expect(samples).toHaveLength(60);
    expect({ stopped, problem }).toEqual({ stopped: true, problem: undefined });
  });

  it('end early with what there is', async () => {
    const { samples, stopped } = await taken(sample, 600, 5);
    expect(samples.length).toBeGreaterThan(4);
    expect(samples.length).toBeLessThan(9);
    expect(stopped).toBe(true);
  });

  it('are given up where there are none, with the reason', async () => {
    const { samples, problem, took } = await taken(() => {
      throw new NoReading('waiting', 'no Pod shows the metric m so far');
    }, 600);
    expect(samples).toEqual([]);
    expect(problem).toBe('no Pod shows the metric m so far');
    expect(took).toBeLessThan(60_000);
  });

  it('go on after gaps, and tell the last reason alone', async () => {
    const { samples, problem } = await taken((asked) => {
      if (asked % 2 === 0) throw new TypeError('a secret');
      return asked === 1 ? undefined : sample(asked);
    }, 59);
    expect(samples).toHaveLength(29);
    expect(problem === undefined || problem === 'no sample could be taken (TypeError)').toBe(true);
  });
});
