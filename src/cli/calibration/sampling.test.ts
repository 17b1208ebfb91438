import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../ports/virtual-clock.js';
import type { Counts } from '../../model/evidence.js';
import { sampleHalves, type Sampled } from './sampling.js';

type Ask = (pod: string, signal: AbortSignal) => Promise<Counts>;

/** Ten seconds of Pods a and b against c, a sample a second. */
async function sampled(ask: Ask, seconds = 10, stopAfter?: number): Promise<Sampled<string>> {
  const clock = new VirtualClock();
  const stopping = new AbortController();
  const result = sampleHalves({ halves: { stable: ['a', 'b'], canary: ['c'] }, ask, clock, every: 1000, lasting: seconds * 1000, signal: stopping.signal });
  let done = false;
  void result.finally(() => (done = true));
  for (let second = 0; !done && second < 300; second++) {
    await clock.advance(1000);
    if (second === stopAfter) stopping.abort();
  }
  return result;
}

/** Pods that count so many requests a second, every tenth of which fails. */
function counting(change: (pod: string, asked: number) => Counts | undefined = () => undefined): Ask {
  const asked = new Map<string, number>();
  return (pod) => {
    const times = (asked.get(pod) ?? 0) + 1;
    asked.set(pod, times);
    try {
      return Promise.resolve(change(pod, times) ?? { requests: times * 10, failures: times });
    } catch (error) {
      return Promise.reject(error as Error);
    }
  };
}

describe('sampling halves', () => {
  it('takes what each half counted between two rounds', async () => {
    const { blocks, lost } = await sampled(counting());
    expect(blocks).toHaveLength(10);
    expect(new Set(blocks.map(({ at }) => at)).size).toBe(10);
    for (const block of blocks) expect(block).toMatchObject({ seconds: 1, stable: { requests: 20, bad: 2 }, canary: { requests: 10, bad: 1 } });
    expect(lost).toEqual([]);
  });

  it('does not count what a process counted before it began anew twice', async () => {
    const { blocks } = await sampled(counting((pod, times) => (pod === 'c' && times >= 5 ? { requests: (times - 4) * 7, failures: 0 } : undefined)));
    expect(blocks.map(({ canary }) => canary.requests)).toEqual([10, 10, 10, 7, 7, 7, 7, 7, 7, 7]);
  });

  it('makes one long block of a round in which a Pod did not answer', async () => {
    const { blocks, lost } = await sampled(counting((pod, times) => {
      if (pod === 'b' && times === 4) throw new Error('no answer');
      return undefined;
    }));
    expect(blocks.map(({ seconds }) => seconds)).toEqual([1, 1, 2, 1, 1, 1, 1, 1, 1]);
    expect(blocks[2]).toMatchObject({ stable: { requests: 40 }, canary: { requests: 20 } });
    expect(lost).toEqual([]);
  });

  it('leaves out a Pod that stays silent, and goes on with the others', async () => {
    const { blocks, lost } = await sampled(counting((pod, times) => {
      if (pod === 'b' && times >= 3) throw new Error('gone');
      return undefined;
    }), 20);
    expect(lost).toEqual([{ pod: 'b', why: 'gone' }]);
    expect(blocks.at(-1)).toMatchObject({ seconds: 1, stable: { requests: 10, bad: 1 } });
    expect(blocks.filter(({ seconds }) => seconds > 1)).toHaveLength(1);
  });

  it('ends when a half is gone, with what there is', async () => {
    const { blocks, lost } = await sampled(counting((pod, times) => {
      if (pod === 'c' && times >= 4) throw new Error('gone');
      return undefined;
    }), 100);
    expect(blocks).toHaveLength(2);
    expect(lost).toMatchObject([{ pod: 'c' }]);
  });

  it('waits for nobody for ever', async () => {
    const { lost } = await sampled((pod, signal) => (pod === 'c' ? new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('too late')), { once: true })) : counting()(pod, signal)), 100);
    expect(lost).toEqual([{ pod: 'c', why: 'too late' }]);
  });

  it('can be ended early', async () => {
    const { blocks } = await sampled(counting(), 100, 5);
    expect(blocks.length).toBeGreaterThan(2);
    expect(blocks.length).toBeLessThan(8);
  });
});
