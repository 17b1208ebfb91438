import { afterEach, describe, expect, it } from 'vitest';
import type { PlanStep } from '../model/plan.js';
import type { Release, ReleaseStatus } from '../model/release.js';
import { releaseWith } from '../engine/testing/arbitraries.js';
import { firstStatus } from '../engine/advance.js';
import { VirtualClock } from '../ports/virtual-clock.js';
import { Gates, type GateAnswer, type GateQuestion } from './gates.js';

const gate: PlanStep = { kind: 'gate', url: 'http://gate.test/', milliseconds: 60_000, intervalMilliseconds: 10_000 };

describe('gates', () => {
  const clock = new VirtualClock();
  const asked: GateQuestion[] = [];
  const told: string[] = [];
  let answers: (GateAnswer | Error)[] = [];
  const gates = new Gates((question) => {
    asked.push(question);
    const answer = answers.shift() ?? { status: 503, text: '' };
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }, clock, ({ name }) => void told.push(name));

  const at = (index: number, change: Partial<ReleaseStatus> = {}): Release & { status: ReleaseStatus } => {
    const release = releaseWith([gate, gate, { kind: 'promote' }]);
    return { ...release, status: { ...firstStatus(release, clock.now()), phase: 'Progressing', step: { index, startedAt: '', called: true }, ...change } };
  };
  const carryOut = (release: Release & { status: ReleaseStatus }): void => gates.carryOut(release, release.status);
  afterEach(async () => {
    await gates.stop();
    asked.length = told.length = 0;
  });

  it('are asked again with the same key until they agree, and tell when the answer is another', async () => {
    answers = [new Error('connect ECONNREFUSED'), { status: 500, text: ' oops ' }, { status: 500, text: 'oops' }, { status: 204, text: '' }];
    carryOut(at(0));
    carryOut(at(0));
    await clock.advance(0);
    expect(gates.observe(at(0))).toEqual({ state: 'asking', detail: 'connect ECONNREFUSED' });
    await clock.advance(10_000);
    expect(gates.observe(at(0))).toEqual({ state: 'asking', detail: 'status 500: oops' });
    await clock.advance(60_000);
    expect(gates.observe(at(0))).toEqual({ state: 'open', detail: '' });
    expect(asked.map(({ idempotencyKey }) => idempotencyKey)).toEqual(Array(4).fill('web-1-uid-1'));
    expect(asked[0]?.body).toMatchObject({ release: 'web-1', step: 1, steps: 3, idempotencyKey: 'web-1-uid-1' });
    expect(told).toHaveLength(3);
  });

  it('say no with 403 and are not asked again', async () => {
    answers = [{ status: 403, text: 'x'.repeat(300) }];
    carryOut(at(0));
    await clock.advance(60_000);
    expect(gates.observe(at(0))).toEqual({ state: 'refused', detail: `status 403: ${'x'.repeat(200)}` });
    expect(asked).toHaveLength(1);
  });

  it('have a key of their own for each step, and are forgotten with it', async () => {
    carryOut(at(0));
    await clock.advance(0);
    carryOut(at(1));
    await clock.advance(25_000);
    expect(asked.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['web-1-uid-1', 'web-1-uid-2', 'web-1-uid-2', 'web-1-uid-2']);
    expect(gates.observe(at(0))).toBeUndefined();
  });

  it('are asked no more for a release that is gone, and begin again when it comes back', async () => {
    carryOut(at(0));
    await clock.advance(0);
    gates.forget({ namespace: at(0).metadata.namespace ?? '', name: 'another' });
    expect(gates.observe(at(0))).toBeDefined();
    gates.forget({ namespace: at(0).metadata.namespace ?? '', name: at(0).metadata.name });
    await clock.advance(30_000);
    expect(asked).toHaveLength(1);
    carryOut(at(0));
    await clock.advance(0);
    expect(asked.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['web-1-uid-1', 'web-1-uid-1']);
  });

  it('say why no address of a name answers', async () => {
    answers = [Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:80'), new Error('connect ECONNREFUSED 127.0.0.1:80')], ''), { code: 'ECONNREFUSED' })];
    carryOut(at(0));
    await clock.advance(0);
    expect(gates.observe(at(0))?.detail).toBe('connect ECONNREFUSED ::1:80');
  });

  it.each<[string, Partial<ReleaseStatus>, boolean]>([
    ['before the record says so', { step: { index: 0, startedAt: '' } }, false],
    ['behind an abort', { phase: 'Aborting' }, false],
    ['while a person has paused it', {}, true],
  ])('are not asked %s', async (_, change, paused) => {
    const release = at(0, change);
    carryOut({ ...release, spec: { ...release.spec, paused } });
    await clock.advance(30_000);
    expect(asked).toEqual([]);
  });

  it('ask with what the metrics say at that moment', async () => {
    let outcome: 'pass' | 'undecided' = 'undecided';
    const bodies: unknown[] = [];
    const judged = new Gates(({ body }) => {
      bodies.push(body);
      return Promise.resolve({ status: 503, text: '' });
    }, clock, () => undefined, () => [{ name: 'errors', kind: 'errorRate', outcome, ended: false, dryRun: false, ofSteps: false, says: 'as ever' }]);
    const release = at(0);
    judged.carryOut(release, release.status);
    await clock.advance(0);
    outcome = 'pass';
    await clock.advance(10_000);
    expect(bodies).toMatchObject([{ verdicts: [{ name: 'errors', outcome: 'undecided', says: 'as ever' }] }, { verdicts: [{ outcome: 'pass' }] }]);
    await judged.stop();
  });
});
