import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advanceApplication } from './advance.js';
import type { Application, WorkflowStep } from './application.js';
import type { WorkflowStepStatus } from './status.js';
import { released, rollout, simple } from './testing/manifests.js';
import { World } from './testing/world.js';
import { isFinished, stepsByName } from './workflow/phases.js';

/** A night's run sets more. */
const RUNS = Number(process.env['SERIN_PROPERTY_RUNS'] ?? 10);
const suspend = { name: 'wait', type: 'suspend' } as const;
const canary = released('web:2', {}, [rollout('first', 0, { 'web-v1': 80, 'web-v2': 20 }), suspend, rollout('second', 1, { 'web-v1': 40, 'web-v2': 60 }), rollout('rest', 2, { 'web-v2': 100 })]);
const back = released('web:2', {}, [{ name: 'back', type: 'canary-rollback' }]);

/** What happens at random between the things that people do. */
type Happening = { readonly kind: 'pass' } | { readonly kind: 'crash'; readonly after: number } | { readonly kind: 'work'; readonly which: number } | { readonly kind: 'time'; readonly seconds: number };
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'pass' } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const), after: fc.nat(9) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('work' as const), which: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('time' as const), seconds: fc.nat(90) }) },
);

function happen(world: World, what: Happening): void {
  switch (what.kind) {
    case 'pass':
      world.pass();
      return;
    case 'crash':
      world.pass(what.after);
      return;
    case 'work': {
      const due = world.due();
      due[what.which % Math.max(1, due.length)]?.();
      return;
    }
    case 'time':
      world.now += 1000 * what.seconds;
      return;
  }
}

/** What counts at the end: what runs, who gets requests, and what the record says of it. */
const endOf = (world: World) => ({
  sizes: world.sizesNow(), routes: world.routes('web'), subsets: world.subsets('web'), steps: world.steps(), phase: world.app.status?.status,
  services: world.app.status?.services, listed: world.app.status?.appliedResources?.flatMap(({ kind, name, deleted }) => (deleted === true ? [] : [`${kind ?? ''} ${name ?? ''}`])).sort(),
  rollout: world.status('Rollout', 'web')?.['rollingState'], calls: world.called.length,
});

/** People do these things one after the other, each when the one before is through, or in the middle of it. */
function play(deeds: readonly ((world: World) => void)[], between: readonly (readonly Happening[])[], undisturbed: boolean): World {
  const world = new World(released('web:1'));
  for (const [index, deed] of [() => undefined, ...deeds].entries()) {
    deed(world);
    for (const what of undisturbed ? [] : (between[index] ?? [])) happen(world, what);
    world.settle();
  }
  return world;
}

const edit = (app: Application) => (world: World): void => world.edit(app);
const goOn = (world: World): void => world.patchWorkflow({ suspend: false });
const stories = {
  'to the end': [edit(canary), goOn],
  'back from the pause': [edit(canary), edit(back)],
  'back from the end': [edit(canary), goOn, edit(back)],
  'by itself, and back': [edit(released('web:2')), edit(back), edit(back)],
} as const;

describe('an Application', () => {
  it.each(Object.keys(stories) as (keyof typeof stories)[])('ends the same however passes, crashes and the cluster follow each other: %s', (story) => {
    const expected = endOf(play(stories[story], [], true));
    fc.assert(fc.property(fc.array(fc.array(happening, { maxLength: 40 }), { minLength: 4, maxLength: 4 }), (between) => {
      expect(endOf(play(stories[story], between, false))).toEqual(expected);
    }), { numRuns: RUNS });
  }, 300_000);

  it('gets back to the same end when people change their mind in the middle', () => {
    const expected = endOf(play([edit(canary), edit(back)], [], true));
    fc.assert(fc.property(fc.array(happening, { maxLength: 60 }), fc.array(happening, { maxLength: 30 }), (first, second) => {
      const world = new World(released('web:1'));
      world.settle();
      world.edit(canary);
      for (const what of first) happen(world, what);
      // The manifest of the rollback has to be of the revision that the first one made.
      if (!world.objects.has('ControllerRevision/web-v2')) world.pass();
      world.edit(back);
      for (const what of second) happen(world, what);
      world.settle();
      // A release that was taken back before it touched the routes has left them as they were: to all Pods, which are the old ones.
      const untouched = world.routes('web').every(({ subset }) => subset === undefined);
      expect(endOf(world)).toEqual(untouched ? { ...expected, routes: [{ host: 'web', port: 8080 }] } : expected);
    }), { numRuns: 2 * RUNS });
  }, 300_000);

  it('decides the same again on what it wrote down, and asks for nothing else', () => {
    fc.assert(fc.property(fc.constantFrom(...Object.values(stories)), fc.array(fc.array(happening, { maxLength: 25 }), { minLength: 4, maxLength: 4 }), (deeds, between) => {
      const world = new World(released('web:1'));
      for (const [index, deed] of [() => undefined, ...deeds].entries()) {
        deed(world);
        for (const what of between[index] ?? []) {
          happen(world, what);
          const one = advanceApplication(world.app, world.observation(), world.now);
          const other = advanceApplication({ ...world.app, status: one.status }, world.observation(), world.now);
          expect(other.status).toEqual(one.status);
          expect(other.apply).toEqual(one.apply);
          expect(other.commands).toEqual(one.commands);
          expect(other.calls).toEqual(one.calls);
        }
        world.settle(40);
      }
    }), { numRuns: RUNS });
  }, 300_000);
});

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const graph = fc.array(fc.record({ dependsOn: fc.array(fc.nat(5), { maxLength: 3 }), kind: fc.constantFrom('webhook', 'suspend', 'step-group'), condition: fc.constantFrom(undefined, 'always', 'status.a.succeeded', '!status.a.failed') }), { minLength: 2, maxLength: 6 });

/** Steps that depend on earlier names only, in any order in the text. */
function workflowOf(parts: readonly { dependsOn: readonly number[]; kind: string; condition: string | undefined }[], order: readonly number[]): WorkflowStep[] {
  const steps = parts.map(({ dependsOn, kind, condition }, index): WorkflowStep => {
    const name = NAMES[index] ?? '';
    const before = [...new Set(dependsOn.filter((other) => other < index).map((other) => NAMES[other] ?? ''))];
    return {
      name, type: kind,
      ...(kind === 'webhook' ? { properties: { url: { value: 'http://x' } } } : {}),
      ...(kind === 'step-group' ? { subSteps: [{ name: `${name}1`, type: 'suspend', properties: { duration: '30s' } }, { name: `${name}2`, type: 'webhook', properties: { url: { value: 'http://x' } }, dependsOn: [`${name}1`] }] } : {}),
      ...(kind === 'suspend' ? { properties: { duration: '1m' } } : {}),
      ...(before.length > 0 ? { dependsOn: before } : {}),
      ...(condition === undefined || name === 'a' ? {} : { if: condition }),
    };
  });
  return steps.map((step, index) => ({ step, at: order[index] ?? index })).sort((one, other) => one.at - other.at).map(({ step }) => step);
}

describe('steps', () => {
  it('never begin before what they depend on is over, run on to their end, and are each done once', () => {
    fc.assert(fc.property(graph, fc.array(fc.nat(99), { minLength: 6, maxLength: 6 }), fc.array(happening, { maxLength: 60 }), fc.boolean(), (parts, order, happenings, fails) => {
      const steps = workflowOf(parts, order);
      const world = new World(simple(['web'], steps, { steps: 'DAG' }));
      world.answer = (key) => ({ succeeded: !fails || !key.endsWith('-1'), message: '' });
      const begun = new Map<string, string>();
      const check = (): void => {
        const found: readonly WorkflowStepStatus[] = world.app.status?.workflow?.steps ?? [];
        const records = stepsByName(found);
        for (const { name, dependsOn = [], subSteps = [] } of steps) {
          for (const each of [{ name, dependsOn }, ...subSteps.map((sub) => ({ name: sub.name, dependsOn: [...(sub.dependsOn ?? []), ...dependsOn] }))]) {
            const record = records.get(each.name);
            if (record === undefined || record.phase === 'pending') continue;
            for (const other of each.dependsOn) expect(isFinished(records.get(other)), `${each.name} began before ${other} was over`).toBe(true);
            expect(record.firstExecuteTime).toBe(begun.get(each.name) ?? record.firstExecuteTime);
            begun.set(each.name, record.firstExecuteTime ?? '');
          }
        }
      };
      for (const what of happenings) {
        happen(world, what);
        check();
      }
      for (let turn = 0; turn < 60 && world.app.status?.workflow?.finished !== true; turn++) {
        world.now += 60_000;
        world.pass();
        check();
      }
      expect(world.app.status?.workflow?.finished).toBe(true);
      expect(new Set(world.called).size).toBe(world.called.length);
    }), { numRuns: 5 * RUNS });
  }, 300_000);
});
