import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AdoptModel, type Act } from './testing/adopt-model.js';

/** What others do meanwhile, in any order and as late as they like. */
const others = ['deployment', 'replicaSets', 'ready', 'gone', 'slices', 'time', 'restart'] as const;

/** Some of them may do nothing for long. */
const actions = fc.subarray([...others], { minLength: 3 }).chain((awake) => fc.array(fc.constantFrom<Act>('adopt', 'adopt', ...awake), { minLength: 50, maxLength: 200 }));

it('at every step some ready Pods stand behind every Service, whatever the order in which others act, and it ends', () => {
  fc.assert(
    fc.property(actions, fc.integer({ min: 1, max: 4 }), fc.boolean(), (acts, replicas, referred) => {
      const model = new AdoptModel(replicas, referred);
      const look = (what: string): void => expect(model.unserved(), `after ${what}: ${model.done.join('; ')}`).toEqual([]);
      for (const act of acts) {
        model.act(act);
        look(act);
      }
      for (let round = 0; !model.isDone && round < 60; round++) {
        for (const act of ['adopt', 'deployment', 'replicaSets', 'ready', 'slices', 'gone', 'time'] as const) {
          model.act(act);
          look(act);
        }
      }
      expect(model.isDone, model.done.join('; ')).toBe(true);
      expect(model.summary()).toEqual({ rollouts: 0, policies: 1, replicas, selectors: [{ app: 'web' }, { app: 'web' }], paused: false, old: 0 });
    }),
    { numRuns: 600 },
  );
});
