import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyJson, pathsIn, replacedIn } from '../../conversion/testing/json-paths.js';
import type { ExperimentSpec } from '../kinds/experiment.js';
import { isEnd } from './ended.js';
import { ExperimentWorld, podTemplate, template } from './testing/world.js';

const specs: fc.Arbitrary<Partial<ExperimentSpec>> = fc
  .record({
    templates: fc.uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c'), replicas: fc.integer({ min: 0, max: 3 }), service: fc.boolean(), image: fc.constantFrom('web:1', 'web:2') }), { minLength: 1, maxLength: 3, selector: ({ name }) => name }),
    duration: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
    deadline: fc.constantFrom(5, 60, 600),
    delay: fc.constantFrom(undefined, 0, 10),
    analyses: fc.uniqueArray(fc.record({ name: fc.constantFrom('x', 'y'), required: fc.boolean(), known: fc.boolean() }), { maxLength: 2, selector: ({ name }) => name }),
  })
  .map(({ templates, duration, deadline, delay, analyses }) => ({
    templates: templates.map(({ name, replicas, service, image }) => template(name, { replicas, template: podTemplate(image), ...(service ? { service: {} } : {}) })),
    progressDeadlineSeconds: deadline,
    ...(duration === undefined ? {} : { duration: `${duration}s` }),
    ...(delay === undefined ? {} : { scaleDownDelaySeconds: delay }),
    ...(analyses.length === 0 ? {} : { analyses: analyses.map(({ name, required, known }) => ({ name, templateName: known ? 'rates' : 'none', requiredForCompletion: required })) }),
  }));

/** What happens around it. */
type Turn =
  | { readonly kind: 'pods'; readonly unavailable: readonly string[] }
  | { readonly kind: 'time'; readonly seconds: number }
  | { readonly kind: 'run'; readonly name: string; readonly phase: 'Running' | 'Successful' | 'Failed' | 'Error' | 'Inconclusive' }
  | { readonly kind: 'terminate' }
  /** The controller dies before its n-th write from here on. */
  | { readonly kind: 'kill'; readonly after: number };

const turns: fc.Arbitrary<Turn> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pods' as const), unavailable: fc.subarray(['try-a', 'try-b', 'try-c'], { maxLength: 1 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('time' as const), seconds: fc.integer({ min: 1, max: 100 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('run' as const), name: fc.constantFrom('try-x', 'try-y'), phase: fc.constantFrom('Running', 'Successful', 'Failed', 'Error', 'Inconclusive' as const) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'terminate' } as const) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('kill' as const), after: fc.integer({ min: 0, max: 4 }) }) },
);

class Killed extends Error {}

function play(world: ExperimentWorld, turn: Turn): void {
  const runs = world.analysisRuns.filter(({ metadata, status }) => turn.kind === 'run' && metadata.name === turn.name && !isEnd(status?.phase));
  switch (turn.kind) {
    case 'pods':
      return world.runPods(turn.unavailable);
    case 'time':
      return void world.after(turn.seconds);
    case 'run':
      return runs.forEach(({ metadata }) => world.finishRun(metadata.name, turn.phase));
    case 'terminate':
      world.experiment.spec.terminate = true;
      return;
    case 'kill': {
      let left = turn.after;
      world.beforeWrite = () => {
        left -= 1;
        if (left < 0) throw new Killed();
      };
    }
  }
}

function settle(world: ExperimentWorld): void {
  try {
    world.settle();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    world.beforeWrite = () => undefined;
    // The next controller knows nothing but the cluster.
    settle(world);
  }
}

function always(world: ExperimentWorld): void {
  const { status } = world.experiment;
  const wanted = new Map(world.experiment.spec.templates.map(({ name, replicas = 1 }) => [`try-${name}`, replicas]));
  for (const { metadata, spec } of world.replicaSets) expect([0, wanted.get(metadata.name)]).toContain(spec.replicas);
  const hashes = world.replicaSets.map(({ metadata }) => metadata.labels?.['rollouts-pod-template-hash']);
  expect(new Set(hashes).size).toBe(hashes.length);
  // No run before all Pods were available, and each named in the status.
  if (status?.availableAt === undefined) expect(world.analysisRuns).toEqual([]);
  const recorded = (status?.analysisRuns ?? []).map(({ analysisRun }) => analysisRun).filter((name) => name !== '');
  expect(world.analysisRuns.map(({ metadata }) => metadata.name).sort()).toEqual([...recorded].sort());
  // Nothing is to be done at a time that has passed.
  const { lookAgainAt } = world.decide();
  if (lookAgainAt !== undefined) expect(lookAgainAt).toBeGreaterThan(world.now);
}

describe('whatever happens', () => {
  test('an Experiment comes to rest, an end is for ever, and kills change nothing', () => {
    const covered = { ends: 0, kills: 0, runs: 0 };
    fc.assert(
      fc.property(specs, fc.array(turns, { maxLength: 14 }), (spec, story) => {
        const world = new ExperimentWorld(spec);
        const calm = new ExperimentWorld(spec);
        settle(world);
        settle(calm);
        for (const turn of story) {
          const before = world.experiment.status?.phase;
          play(world, turn);
          if (turn.kind !== 'kill') play(calm, turn);
          settle(world);
          settle(calm);
          always(world);
          if (isEnd(before)) expect(world.experiment.status?.phase).toBe(before);
          covered.kills += turn.kind === 'kill' ? 1 : 0;
        }
        expect(world.experiment.status).toEqual(calm.experiment.status);
        expect([world.replicaSets, world.services, world.analysisRuns]).toEqual([calm.replicaSets, calm.services, calm.analysisRuns]);
        covered.runs += world.analysisRuns.length;
        covered.ends += isEnd(world.experiment.status?.phase) ? 1 : 0;
      }),
      { numRuns: 300 },
    );
    // Chance covers what it is for.
    for (const count of Object.values(covered)) expect(count).toBeGreaterThan(20);
  });

  test('an Experiment that is ended leaves neither Pods nor Services', () => {
    fc.assert(
      fc.property(specs, fc.array(turns, { maxLength: 10 }), (spec, story) => {
        const world = new ExperimentWorld(spec);
        settle(world);
        for (const turn of story) {
          play(world, turn);
          settle(world);
        }
        world.experiment.spec.terminate = true;
        for (let count = 0; count < 4; count += 1) {
          settle(world);
          for (const { metadata, status } of world.analysisRuns) if (!isEnd(status?.phase)) world.finishRun(metadata.name, 'Successful');
          world.after(31).runPods();
        }
        settle(world);
        expect(isEnd(world.experiment.status?.phase)).toBe(true);
        expect(world.replicaSets.every(({ spec: { replicas } }) => replicas === 0)).toBe(true);
        expect(world.services).toEqual([]);
        expect(world.decide().lookAgainAt).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  test('a template that is none is told of, and breaks nothing', () => {
    const whole = {
      metadata: { labels: { app: 'web' }, annotations: { a: 'b' } },
      spec: { volumes: [{ name: 'a' }], initContainers: [{ name: 'i', image: 'i' }], containers: [{ name: 'web', image: 'web:1', env: [{ name: 'A', value: 'b' }], resources: { limits: { cpu: '1' } }, ports: [{ containerPort: 80 }] }] },
    };
    fc.assert(
      fc.property(fc.constantFrom(...pathsIn(whole)), anyJson, fc.constantFrom(undefined, 'Running' as const, 'Successful' as const), (way, by, phase) => {
        const world = new ExperimentWorld({ templates: [template('a', { template: replacedIn(whole, way, by) as ReturnType<typeof podTemplate>, service: {} })] });
        if (phase !== undefined) world.experiment.status = { phase };
        const { create, status } = world.decide();
        if (create.length > 0) expect(status.conditions?.some(({ type }) => type === 'InvalidSpec') ?? false).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
