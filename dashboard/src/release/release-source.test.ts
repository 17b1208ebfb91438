import { describe, expect, it, onTestFinished } from 'vitest';
import { ApiProblem } from '../api/api-problem.js';
import { ReleaseSource, type ReleaseNews, type ReleaseReader } from './release-source.js';
import { sampleRelease } from './testing/sample-release.js';

/** Time that a test moves by hand. */
function handClock() {
  let now = 0;
  const due = new Set<{ at: number; run: () => void }>();
  return {
    after: (milliseconds: number, run: () => void) => {
      const entry = { at: now + milliseconds, run };
      due.add(entry);
      return () => due.delete(entry);
    },
    pass: async (milliseconds: number) => {
      now += milliseconds;
      for (const entry of [...due].filter(({ at }) => at <= now)) {
        due.delete(entry);
        entry.run();
      }
      await settled();
    },
    pending: () => due.size,
  };
}

/** Lets all promises that are kept already be taken notice of. */
const settled = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));

function setUp(answer: () => ReturnType<typeof sampleRelease> = sampleRelease) {
  const clock = handClock();
  const reads = { detail: 0, history: 0, objects: 0 };
  const listeners = new Set<(news: ReleaseNews) => void>();
  const reader: ReleaseReader = {
    detail: async () => {
      reads.detail++;
      return answer();
    },
    history: async () => {
      reads.history++;
      return { points: [] };
    },
    objects: async () => {
      reads.objects++;
      return [];
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const source = new ReleaseSource(reader, clock, { detail: 1_000, history: 5_000, poll: 10_000 });
  onTestFinished(() => source.stop());
  return { source, reader, clock, reads, listeners, tell: (news: ReleaseNews) => listeners.forEach((listener) => listener(news)) };
}

describe('following one release', () => {
  it('shows news at once and reads the rest soon after, however much news there is', async () => {
    const { source, clock, reads, tell } = setUp();
    source.start();
    await settled();
    for (let share = 201; share <= 300; share++) tell({ kind: 'release', release: sampleRelease({ share }) });
    expect(source.read().detail?.share).toBe(300);
    expect(reads.detail).toBe(1);
    await clock.pass(1_000);
    await clock.pass(1_000);
    expect(reads.detail).toBe(2);
  });

  it('does not take another release of the same name for this one', async () => {
    const { source, clock, reads, tell } = setUp();
    source.start();
    await settled();
    tell({ kind: 'release', release: sampleRelease({ uid: 'uid-2', share: 900 }) });
    expect(source.read().detail?.share).toBe(200);
    await clock.pass(1_000);
    expect(reads.detail).toBe(2);
  });

  it('keeps what it knows when the release was deleted, and says so', async () => {
    const { source, tell } = setUp();
    source.start();
    await settled();
    tell({ kind: 'gone' });
    expect(source.read()).toMatchObject({ gone: true, detail: { name: 'web-17' } });
  });

  it('says why it could not be read, keeps what it knows, and tries again by itself', async () => {
    let broken = false;
    const { source, clock, tell } = setUp(() => {
      if (broken) throw new ApiProblem(503, 'Unavailable', 'The cluster cannot be reached.');
      return sampleRelease();
    });
    source.start();
    await settled();
    broken = true;
    tell({ kind: 'reset' });
    await clock.pass(1_000);
    expect(source.read()).toMatchObject({ problem: { status: 503 }, detail: { name: 'web-17' } });
    broken = false;
    await clock.pass(10_000);
    await clock.pass(1_000);
    expect(source.read().problem).toBeUndefined();
  });

  it('reads anew what has no stream while a release is under way, and nothing more of one that has ended', async () => {
    const { source, clock, reads } = setUp(() => sampleRelease({ outcome: reads0() >= 2 ? 'completed' : 'running' }));
    function reads0(): number {
      return reads.detail;
    }
    source.start();
    await settled();
    await clock.pass(10_000);
    expect(reads.detail).toBe(2);
    await clock.pass(10_000);
    await clock.pass(10_000);
    expect(reads).toEqual({ detail: 2, history: 2, objects: 2 });
  });

  it('shows a release to somebody who may not see what it wrote', async () => {
    const { source, reader, clock } = setUp();
    source.start();
    await settled();
    reader.objects = async () => {
      throw new ApiProblem(403, 'Forbidden', 'You may not see VirtualServices.');
    };
    source.again();
    await clock.pass(5_000);
    expect(source.read()).toMatchObject({ detail: { name: 'web-17' } });
    expect(source.read().problem).toBeUndefined();
  });

  it('leaves no timer and no listener behind', async () => {
    const { source, clock, listeners } = setUp();
    source.start();
    await settled();
    source.stop();
    expect([clock.pending(), listeners.size]).toEqual([0, 0]);
  });
});
