import { describe, expect, it } from 'vitest';
import type { PlanStep } from '../model/plan.js';
import type { UndecidedFate } from '../model/policy/analysis.js';
import { seededRandom } from '../ports/random.js';
import { advance } from './advance.js';
import type { MetricObservation } from './observation.js';
import { releaseWith } from './testing/arbitraries.js';
import type { Said } from './testing/metrics.js';
import { World } from './testing/world.js';

/** A release in its analysis, where these metrics are undecided until they are said to be otherwise. */
function analysing(step: Partial<PlanStep> = {}, said: Readonly<Record<string, Said>> = {}): World {
  const world = new World(releaseWith([{ kind: 'weight', share: 500 }, { kind: 'analyze', milliseconds: 60_000, ...step }, { kind: 'promote' }]), 2, seededRandom(1), advance, { job: 'succeeds', gate: 'opens', metrics: 'undecided' });
  for (const [metric, what] of Object.entries(said)) world.metrics.said.set(metric, what);
  for (let turn = 0; world.status.step.index === 0; turn++) {
    expect(turn).toBeLessThan(200);
    world.happen({ kind: 'round', works: 3, milliseconds: 500 });
  }
  return world;
}

/** Lets time pass, with 25 canary requests a second. */
function pass(world: World, seconds: number): void {
  for (let second = 0; second < seconds; second++) world.happen({ kind: 'round', works: 2, milliseconds: 1000 });
}

const codes = (world: World): string[] => world.status.log?.map(({ code }) => code) ?? [];
const over = (world: World): boolean => world.status.step.index > 1;
const smoke = { metrics: ['smoke'] };

describe('samples that are missing outside of an analysis', () => {
  const at = (steps: PlanStep[], index: number): World => {
    const world = new World(releaseWith(steps), 2, seededRandom(1), advance, { job: 'succeeds', gate: 'opens', metrics: 'undecided' });
    for (let turn = 0; world.status.step.index < index; turn++) {
      expect(turn).toBeLessThan(200);
      world.happen({ kind: 'round', works: 3, milliseconds: 500 });
    }
    return world;
  };
  const gone: Said = { outcome: 'undecided', problem: 'no Pod answers at port 9090' };

  it('are named beside a pause, cost one write, and are forgotten when they come again', () => {
    const world = at([{ kind: 'weight', share: 500 }, { kind: 'pause' }, { kind: 'promote' }], 1);
    pass(world, 20);
    expect(world.status.message).toMatch(/^Pauses until someone goes on: [^.]*\.$/);
    world.metrics.said.set('latency', gone);
    pass(world, 1);
    expect(world.status.message).toMatch(/^Pauses until someone goes on: .*\. No samples of latency: no Pod answers at port 9090\.$/);
    const before = world.status;
    world.happen({ kind: 'round', works: 2, milliseconds: 100 });
    expect(world.status).toEqual(before);
    world.metrics.said.set('latency', { outcome: 'undecided' });
    pass(world, 1);
    expect(world.status.message).toMatch(/^Pauses until someone goes on: [^.]*\.$/);
  });

  it('are no news before users meet the canary, nor of metrics that decide nothing here', () => {
    const early = at([{ kind: 'pause' }, { kind: 'weight', share: 500 }, { kind: 'promote' }], 0);
    early.metrics.said.set('latency', gone);
    pass(early, 5);
    expect(early.status.message).not.toContain('No samples');
    const world = at([{ kind: 'weight', share: 500 }, { kind: 'pause' }, { kind: 'analyze', milliseconds: 1000, metrics: ['smoke'] }, { kind: 'promote' }], 1);
    for (const name of ['trial', 'smoke']) world.metrics.said.set(name, gone);
    pass(world, 5);
    expect(world.status.message).not.toContain('No samples');
  });
});

describe('an analysis', () => {
  it('goes on as soon as its metrics pass, and says which', () => {
    const world = analysing(smoke);
    pass(world, 3);
    expect(over(world)).toBe(false);
    world.metrics.said.set('smoke', { outcome: 'pass' });
    pass(world, 1);
    expect(over(world)).toBe(true);
    expect(world.status.log).toContainEqual(expect.objectContaining({ code: 'AnalysisPassed', arguments: { metrics: 'smoke' } }));
  });

  it('without names waits for all that is judged all the time, and for nothing else', () => {
    const world = analysing({ milliseconds: 600_000 }, { latency: { outcome: 'pass' }, trial: { outcome: 'undecided' }, smoke: { outcome: 'undecided' } });
    for (let turn = 0; !over(world); turn++) {
      expect(turn).toBeLessThan(500);
      pass(world, 1);
    }
    expect(world.status.log).toContainEqual(expect.objectContaining({ code: 'AnalysisPassed', arguments: { metrics: 'errors, latency' } }));
  });

  it('watches for its whole time where nothing can be proved', () => {
    const world = analysing({ ...smoke, milliseconds: 5000 }, { smoke: { outcome: 'pass', watches: true } });
    pass(world, 3);
    expect(over(world)).toBe(false);
    pass(world, 3);
    expect(over(world)).toBe(true);
    expect(codes(world)).toContain('AnalysisPassed');
  });

  it('says what it waits for and until when, and names what has no samples', () => {
    const world = analysing(smoke, { smoke: { outcome: 'undecided', says: 'canary fails 1 % of 20 requests' } });
    pass(world, 1);
    expect(world.status.message).toMatch(/^Watches the canary until 00:\d\d:\d\d UTC at the latest; waits for smoke: canary fails 1 % of 20 requests\.$/);
    world.metrics.said.set('smoke', { outcome: 'undecided', says: 'no samples yet', problem: 'no Pod answers at port 9090' });
    pass(world, 1);
    expect(world.status.message).toMatch(/at the latest; no samples of smoke: no Pod answers at port 9090; waits for smoke: no samples yet\.$/);
  });

  it('costs no write for a sentence with newer numbers, but for one in so many seconds', () => {
    const world = analysing(smoke, { smoke: { outcome: 'undecided', says: '1 of 20 requests' } });
    pass(world, 1);
    const text = world.status.message;
    const before = JSON.stringify(world.status);
    world.metrics.said.set('smoke', { outcome: 'undecided', says: '2 of 20 requests' });
    world.controller();
    expect(JSON.stringify(world.status)).toBe(before);
    pass(world, 20);
    expect(world.status.message).not.toBe(text);
  });

  it.each<[string, Said, string]>([
    ['latency', { outcome: 'fail', says: 'p99 of the canary 480 ms' }, 'TooSlow'],
    ['smoke', { outcome: 'fail', says: '2 failures of 0 allowed' }, 'AnalysisFailed'],
  ])('takes the canary back when %s fails, with the sentence', (metric, said, reason) => {
    const world = analysing({ metrics: ['smoke', 'errors'] });
    world.metrics.said.set(metric, said);
    world.controller();
    expect(world.status).toMatchObject({ phase: 'Aborting', abortReason: reason });
    expect(world.status.log?.find(({ code }) => code === 'Aborting')?.arguments).toMatchObject({ metric, says: said.says });
  });

  it('hears nothing of metrics that only look', () => {
    const world = analysing({ metrics: ['trial', 'smoke'] }, { smoke: { outcome: 'pass' }, trial: { outcome: 'fail' } });
    pass(world, 1);
    expect(over(world)).toBe(true);
  });

  it('goes on when it is told to, as ever', () => {
    const world = analysing({ ...smoke, undecided: 'hold' });
    world.happen({ kind: 'advanceTo', step: 2 });
    pass(world, 1);
    expect(over(world)).toBe(true);
  });
});

describe('an analysis that is undecided after its time', () => {
  const after = (fate: UndecidedFate, said: Said = { outcome: 'undecided', says: 'so far no worse' }, step: Partial<PlanStep> = {}): World => {
    const world = analysing({ ...smoke, milliseconds: 5000, undecided: fate, ...step }, { smoke: said });
    pass(world, 9);
    return world;
  };

  it('goes on where nothing speaks against the canary, and says so', () => {
    const world = after('promote');
    expect(over(world)).toBe(true);
    expect(world.status.log).toContainEqual(expect.objectContaining({ code: 'AnalysisUndecided', arguments: { limit: '5s', metrics: 'smoke' } }));
  });

  it.each<[string, Said]>([['leans', { outcome: 'undecided', leansWorse: true, says: 'so far worse' }], ['stays undecided', { outcome: 'undecided', ended: true, says: '1 inconclusive' }]])('holds in place of that when a metric %s', (_what, said) => {
    const world = after('promote', said);
    expect(over(world)).toBe(false);
    expect(world.status.message).toContain(`waits for smoke, or goes on with: serin promote web-1 (${said.says ?? ''}).`);
  });

  it('holds in place of that with fewer requests than wanted: in the step by its own number, else in the release', () => {
    const own = after('promote', undefined, { minimumRequests: 1000 });
    expect(own.status.message).toMatch(/^The analysis is over its time; waits for 1000 canary requests, or goes on with: serin promote web-1 \(so far \d+\)\.$/);
    const none = after('promote', { outcome: 'undecided', samples: 0, says: 'no samples yet', problem: 'Prometheus does not answer' });
    expect(none.status.message).toBe('The analysis is undecided after its time; waits for smoke, or goes on with: serin promote web-1 (no samples of smoke: Prometheus does not answer; no samples yet).');
    const wanted = (minimumRequests: number, steps: PlanStep[], step: Partial<PlanStep> = {}): World => {
      const release = releaseWith([...steps, { kind: 'analyze', ...smoke, milliseconds: 5000, ...step }, { kind: 'promote' }]);
      const { analysis } = release.spec.plan;
      const plan = { ...release.spec.plan, ...(analysis ? { analysis: { ...analysis, undecided: { ...analysis.undecided, minimumRequests } } } : {}) };
      const world = new World({ ...release, spec: { ...release.spec, plan } }, 2, seededRandom(1), advance, { job: 'succeeds', gate: 'opens', metrics: 'undecided' });
      pass(world, 40);
      return world;
    };
    expect(wanted(1, []).status.message).toContain('waits for 1 canary requests');
    expect(wanted(0, []).status.step.index).toBe(1);
    // 500 requests met it before the step began, and fewer than that do in the step.
    const before: PlanStep[] = [{ kind: 'weight', share: 500 }, { kind: 'pause', milliseconds: 20_000 }];
    expect(codes(wanted(600, before))).toContain('AnalysisUndecided');
    expect(wanted(0, before, { minimumRequests: 700 }).status.message).toContain('waits for 700 canary requests');
  });

  it('holds until it is told or decided after all', () => {
    const world = after('hold');
    expect(world.status.message).toBe('The analysis is undecided after its time; waits for smoke, or goes on with: serin promote web-1 (so far no worse).');
    world.metrics.said.set('smoke', { outcome: 'pass' });
    pass(world, 1);
    expect(over(world)).toBe(true);
  });

  it('asks: an approval goes on, a refusal takes the canary back, being told to go on is no approval', () => {
    const world = after('ask');
    expect(world.status.message).toMatch(/or for somebody to decide: serin approve web-1 /);
    const { askedAt, startedAt } = world.status.step;
    expect(Date.parse(askedAt ?? '') - Date.parse(startedAt)).toBeGreaterThanOrEqual(5000);
    world.happen({ kind: 'advanceTo', step: 2 });
    pass(world, 1);
    expect(over(world)).toBe(false);
    expect(world.status.step.askedAt).toBe(askedAt);
    world.happen({ kind: 'approve', user: 'ana', groups: [], approved: true, beside: 0 });
    pass(world, 1);
    expect(over(world)).toBe(true);
    expect(world.status.step).not.toHaveProperty('askedAt');
    expect(codes(world)).toContain('Approved');
    const refused = after('ask');
    refused.happen({ kind: 'approve', user: 'ana', groups: [], approved: false, beside: 0 });
    refused.controller();
    expect(refused.status).toMatchObject({ phase: 'Aborting', abortReason: 'ApprovalRefused' });
  });

  it('asks at once when somebody does not want to wait', () => {
    const world = analysing({ ...smoke, undecided: 'ask' });
    expect(world.status.step).not.toHaveProperty('askedAt');
    world.happen({ kind: 'advanceTo', step: 2 });
    world.controller();
    expect(world.status.message).toMatch(/serin approve web-1/);
  });

  it('hears what was said beforehand only when it asks, and asks no longer when what was stuck is not', () => {
    const early = analysing({ ...smoke, undecided: 'ask', milliseconds: 5000 });
    early.happen({ kind: 'approve', user: 'ana', groups: [], approved: true, beside: 0 });
    pass(early, 2);
    expect(over(early)).toBe(false);
    pass(early, 4);
    expect(over(early)).toBe(true);
    const stuck = analysing({ ...smoke, undecided: 'ask' }, { smoke: { outcome: 'undecided', ended: true } });
    stuck.controller();
    expect(stuck.status.step).toHaveProperty('askedAt');
    stuck.metrics.said.set('smoke', { outcome: 'undecided' });
    stuck.controller();
    expect(stuck.status.step).not.toHaveProperty('askedAt');
    expect(stuck.status.message).toMatch(/at the latest; waits for smoke/);
  });

  it('takes the canary back', () => {
    const world = after('abort');
    expect(world.status.abortReason).toBe('Undecided');
    expect(world.status.log?.find(({ code }) => code === 'Aborting')?.arguments).toMatchObject({ metric: 'smoke', says: 'so far no worse' });
  });

  it('does not wait for its time where a metric stays undecided and nobody else could let it through', () => {
    const world = analysing({ ...smoke, undecided: 'abort' }, { smoke: { outcome: 'undecided', ended: true } });
    world.controller();
    expect(world.status).toMatchObject({ phase: 'Aborting', abortReason: 'Undecided' });
  });
});

describe('a release without metrics', () => {
  const plain = (step: Partial<PlanStep>): World => {
    const { spec, ...rest } = releaseWith([{ kind: 'analyze', milliseconds: 5000, ...step }, { kind: 'promote' }]);
    const { analysis: _, ...plan } = spec.plan;
    return new World({ ...rest, spec: { ...spec, plan } }, 2, seededRandom(1));
  };

  it('watches for the time of each analysis, and is taken back for nothing but its Pods', () => {
    const world = plain({});
    world.failRate = 1;
    expect(world.runToEnd()).toBe(true);
    expect(world.status.phase).toBe('Completed');
    expect(codes(world)).not.toContain('AnalysisPassed');
  });

  it('waits for requests where the step asks for them', () => {
    const world = plain({ minimumRequests: 5 });
    expect(world.runToEnd({ limit: 60 })).toBe(false);
    expect(world.status.message).toContain('waits for 5 canary requests');
  });
});

describe('a first version', () => {
  const first = (analysis: readonly MetricObservation[]): ReturnType<typeof advance> => {
    const release = releaseWith([{ kind: 'analyze', milliseconds: 60_000 }, { kind: 'promote' }]);
    const world = new World({ ...release, spec: { ...release.spec, first: true } }, 2, seededRandom(1));
    world.sets.canary = { ...world.sets.stable };
    world.controller();
    return advance({ ...world.release, status: world.status }, { ...world.observation(), analysis }, world.now + 1000);
  };
  const errors: MetricObservation = { name: 'errors', kind: 'errorRate', outcome: 'undecided', ended: false, dryRun: false, ofSteps: false, says: 'canary fails 20 % of 100 requests, the limit is 5 %' };

  it('did not pass when a metric fails that is judged without a stable version', () => {
    const { status } = first([{ ...errors, outcome: 'fail' }]);
    expect(status).toMatchObject({ phase: 'Aborted', abortReason: 'TooManyFailures' });
    expect(status.message).toBe('The first version did not pass its checks: errors: canary fails 20 % of 100 requests, the limit is 5 %. It is left to run.');
  });

  it('waits for no metric that takes a stable version', () => {
    expect(first([errors]).status.step.index).toBe(0);
    expect(first([{ ...errors, outcome: 'pass' }]).status.log?.map(({ code }) => code)).toContain('AnalysisPassed');
  });
});
