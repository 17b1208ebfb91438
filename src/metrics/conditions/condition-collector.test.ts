import { expect, it } from 'vitest';
import { VirtualClock } from '../../ports/virtual-clock.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import { NoReading } from '../reading.js';
import { MissingSecret } from '../requesting/secret-reader.js';
import { createCondition } from './condition.js';
import { createConditionCollector, type Measured } from './condition-collector.js';

/** Collects for a while of virtual time. @returns when each came, in seconds, and what it was */
async function over(milliseconds: number, { every = 10_000, delay = 0, count, measure }: { every?: number; delay?: number; count?: number; measure: (times: number, now: number) => Measured }): Promise<[number, unknown][]> {
  const clock = new VirtualClock();
  const begun = clock.now();
  let times = 0;
  const collector = createConditionCollector({ schedule: { every, first: begun + delay, count }, condition: createCondition({ success: 'result > 1' }), clock, measure: async () => measure(times++, clock.now()) });
  const seen: [number, unknown][] = [];
  const controller = new AbortController();
  const loop = async (): Promise<void> => {
    while (!controller.signal.aborted) {
      const said: MetricSample | string | undefined = await collector.collect(controller.signal).catch((error: unknown) => (error instanceof NoReading ? `${error.kind}: ${error.message}` : String(error)));
      if (!controller.signal.aborted && said !== undefined) seen.push([(clock.now() - begun) / 1000, typeof said === 'string' ? said : said.kind === 'condition' ? said.measurement : said.kind]);
    }
  };
  const done = loop();
  await clock.advance(milliseconds);
  controller.abort();
  await done;
  expect(clock.nextDue()).toBeUndefined();
  return seen;
}

it('measures after the delay, then time and again', async () => {
  expect(await over(35_000, { delay: 5000, measure: (times) => ({ result: times }) })).toEqual([[5, 'failure'], [15, 'failure'], [25, 'success'], [35, 'success']]);
});

it('stops after so many that came to something; errors are no measurements', async () => {
  const measure = (times: number): Measured => {
    if (times === 1) throw new NoReading('failed', 'refused');
    return { result: times === 2 ? 'no number' : 2 };
  };
  expect(await over(100_000, { count: 2, measure })).toEqual([[0, 'success'], [10, 'error'], [20, 'error'], [30, 'success']]);
});

it('waits for what is not there, and takes the same sample once', async () => {
  const measure = (times: number, now: number): Measured => {
    if (times === 0) throw new NoReading('waiting', 'nothing yet');
    if (times === 1) throw new MissingSecret('no Secret');
    return { result: 2, at: now - (now % 20_000) };
  };
  expect(await over(60_000, { measure })).toEqual([[0, 'waiting: nothing yet'], [10, 'failed: no Secret'], [20, 'success'], [40, 'success'], [60, 'success']]);
});

it('hands over value, reason and warnings', async () => {
  const clock = new VirtualClock();
  const collector = createConditionCollector({ schedule: { every: 1, first: 0 }, condition: createCondition({ failure: 'result > 1' }), clock, measure: () => Promise.resolve({ result: 3, at: 5, warnings: ['partly'] }) });
  expect(await collector.collect(new AbortController().signal)).toEqual({ kind: 'condition', at: 5, measurement: 'failure', value: 3, detail: 'result is 3: result > 1; partly' });
});
