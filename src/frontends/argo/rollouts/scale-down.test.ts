import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Rollout } from '../kinds/rollout.js';
import { scaleDowns, type ScaleDowns, type ScaleDownView } from './scale-down.js';
import { replicaSetOfHash, rolloutOf, type ReplicaSetFields } from './testing/objects.js';

const NOW = Date.parse('2024-01-01T12:00:00.400Z');
const deadline = (text: string): { annotations: Record<string, string> } => ({ annotations: { 'scale-down-deadline': text } });
const [LATER, BEFORE] = [deadline('2024-01-01T12:00:09Z'), deadline('2024-01-01T11:59:59Z')];

const routed = (fields: object = {}): Rollout => rolloutOf({ strategy: { canary: { stableService: 's', canaryService: 'c', trafficRouting: { nginx: { stableIngress: 'i' } }, ...fields } } });
const basic = (fields: object = {}): Rollout => rolloutOf({ strategy: { canary: fields } });
const blueGreen = (fields: object = {}): Rollout => rolloutOf({ strategy: { blueGreen: { activeService: 's', ...fields } } });

const sets = (fields: Readonly<Record<string, ReplicaSetFields>>): ReplicaSet[] => Object.entries(fields).map(([hash, each]) => replicaSetOfHash(hash, each));
const at = (rollout: Rollout, fields: Readonly<Record<string, ReplicaSetFields>>, view: Partial<ScaleDownView> = {}): Omit<ScaleDowns, 'now'> => {
  const { deadlines, sizes, lookAgainAt } = scaleDowns(rollout, { replicaSets: sets(fields), stable: 'web-b', newest: 'web-b', held: new Set(), reached: new Set(), aborted: false, keepOld: false, ...view }, NOW);
  return { deadlines, sizes, lookAgainAt };
};
const nothing = { deadlines: [], sizes: [], lookAgainAt: undefined };
const waitsUntil = (replicaSet: string, text: string): object => ({ deadlines: [{ replicaSet, at: text }], sizes: [], lookAgainAt: Date.parse(text) });
const goes = (replicaSet: string, cleared = false): object => ({ deadlines: cleared ? [{ replicaSet, at: undefined }] : [], sizes: [{ replicaSet, replicas: 0 }], lookAgainAt: undefined });

describe('Pods of an old version', () => {
  it('stay for a time behind a router, and then go', () => {
    expect(at(routed(), { a: { size: 4 }, b: { size: 4 } })).toEqual(waitsUntil('web-a', '2024-01-01T12:00:31Z'));
    expect(at(routed({ scaleDownDelaySeconds: 5 }), { a: { size: 4 }, b: { size: 4 } })).toEqual(waitsUntil('web-a', '2024-01-01T12:00:06Z'));
    expect(at(routed(), { a: { size: 4, ...LATER }, b: { size: 4 } })).toEqual({ ...nothing, lookAgainAt: Date.parse('2024-01-01T12:00:09Z') });
    expect(at(routed(), { a: { size: 4, ...BEFORE }, b: { size: 4 } })).toEqual(goes('web-a', true));
    expect(at(routed(), { a: { size: 4, ...deadline('some day') }, b: { size: 4 } })).toEqual(goes('web-a', true));
    expect(at(routed({ scaleDownDelaySeconds: 0 }), { a: { size: 4 }, b: { size: 4 } })).toEqual(goes('web-a'));
    expect(at(routed({ dynamicStableScale: true }), { a: { size: 4 }, b: { size: 4 } })).toEqual(goes('web-a'));
    expect(at(routed(), { a: { size: 0 }, b: { size: 4 } })).toEqual(nothing);
    expect(at(routed(), { a: { size: 0, ...LATER }, b: { size: 4 } })).toEqual(nothing);
  });

  it('stay in no more versions than the limit says, the newest ones', () => {
    const all = { a: { size: 4, revision: 1, ...LATER }, x: { size: 4, revision: 2, ...LATER }, y: { size: 4, revision: 3 }, b: { size: 4, revision: 4 } };
    expect(at(blueGreen({ scaleDownDelayRevisionLimit: 2 }), all)).toMatchObject({ sizes: [{ replicaSet: 'web-a', replicas: 0 }], deadlines: [{ replicaSet: 'web-y', at: '2024-01-01T12:00:31Z' }, { replicaSet: 'web-a', at: undefined }], lookAgainAt: Date.parse('2024-01-01T12:00:09Z') });
    expect(at(blueGreen({ scaleDownDelayRevisionLimit: 0 }), all).sizes.map(({ replicaSet }) => replicaSet)).toEqual(['web-y', 'web-x', 'web-a']);
  });

  it('go at once where the version was only on trial, unless requests still reach them', () => {
    const all = { a: { size: 4 }, v: { size: 2, revision: 2 }, b: { size: 1, revision: 3 } };
    const middle = { stable: 'web-a', newest: 'web-b' };
    expect(at(routed(), all, middle)).toEqual(goes('web-v'));
    expect(at(routed(), all, { ...middle, reached: new Set(['web-v']) })).toEqual(nothing);
    expect(at(routed(), all, { ...middle, held: new Set(['web-v', 'web-a', 'web-b']) })).toEqual(nothing);
    expect(at(routed(), { ...all, v: { size: 2, revision: 2, ...LATER } }, middle)).toEqual({ ...nothing, lookAgainAt: Date.parse('2024-01-01T12:00:09Z') });
  });

  it('in blue/green have the size of the Rollout, and wait for the analysis behind the switch', () => {
    expect(at(blueGreen(), { a: { size: 2, ...LATER }, b: { size: 4 } })).toEqual({ deadlines: [], sizes: [{ replicaSet: 'web-a', replicas: 4 }], lookAgainAt: Date.parse('2024-01-01T12:00:09Z') });
    expect(at(blueGreen(), { a: { size: 4, ...BEFORE }, b: { size: 4 } }, { keepOld: true })).toEqual(nothing);
    expect(at(blueGreen(), { a: { size: 4 }, v: { size: 4, revision: 2 }, b: { size: 4, revision: 3 } }, { stable: 'web-a' })).toEqual(waitsUntil('web-v', '2024-01-01T12:00:31Z'));
  });

  it('that became stable or the newest again have no deadline any more', () => {
    expect(at(routed(), { a: { size: 4, ...LATER }, b: { size: 4, revision: 2, ...LATER } }, { stable: 'web-a' })).toEqual({ ...nothing, deadlines: [{ replicaSet: 'web-a', at: undefined }, { replicaSet: 'web-b', at: undefined }] });
  });
});

describe('Pods of an aborted version', () => {
  const aborted = { stable: 'web-a', newest: 'web-b', aborted: true };
  const all = (fields: ReplicaSetFields = {}, stable: ReplicaSetFields = { size: 4 }): Readonly<Record<string, ReplicaSetFields>> => ({ a: stable, b: { size: 2, revision: 2, ...fields } });

  it('stay for a time once stable is whole', () => {
    expect(at(routed(), all(), aborted)).toEqual(waitsUntil('web-b', '2024-01-01T12:00:31Z'));
    expect(at(blueGreen({ abortScaleDownDelaySeconds: 60 }), all(), aborted)).toEqual(waitsUntil('web-b', '2024-01-01T12:01:01Z'));
    expect(at(routed(), all({}, { size: 4, available: 3 }), aborted)).toEqual(nothing);
    expect(at(routed(), all(LATER, { size: 4, available: 3 }), aborted)).toEqual({ ...nothing, lookAgainAt: Date.parse('2024-01-01T12:00:09Z') });
    expect(at(routed(), all(BEFORE), aborted)).toEqual(goes('web-b'));
    expect(at(routed(), all({ size: 0, ...BEFORE }), aborted)).toEqual(nothing);
    expect(at(routed(), all({ size: 0 }), aborted)).toEqual(nothing);
    expect(at(routed(), all(), { ...aborted, held: new Set(['web-a', 'web-b']) })).toEqual(nothing);
  });

  it('are kept where that is asked for, and go at once where nothing tells them apart', () => {
    expect(at(routed({ abortScaleDownDelaySeconds: 0 }), all(), aborted)).toEqual(nothing);
    expect(at(routed({ dynamicStableScale: true }), all(), aborted)).toEqual(goes('web-b'));
    expect(at(routed({ dynamicStableScale: true, abortScaleDownDelaySeconds: 5 }), all(), aborted)).toEqual(waitsUntil('web-b', '2024-01-01T12:00:06Z'));
    expect(at(basic(), all(), aborted)).toEqual(goes('web-b'));
  });

  it('are stable’s where the version is stable', () => {
    expect(at(routed(), { b: { size: 4, ...BEFORE } }, { aborted: true })).toEqual({ ...nothing, deadlines: [{ replicaSet: 'web-b', at: undefined }] });
  });
});

describe('without a router', () => {
  it('old Pods go as far as enough others are available; those that are not go first', () => {
    expect(at(basic({ maxUnavailable: 0 }), { a: { size: 3 }, b: { size: 4, available: 2 } }).sizes).toEqual([{ replicaSet: 'web-a', replicas: 2 }]);
    expect(at(basic({ maxUnavailable: '25%', maxSurge: '1' }), { a: { size: 3 }, b: { size: 4, available: 2 } }).sizes).toEqual([{ replicaSet: 'web-a', replicas: 1 }]);
    expect(at(basic(), { a: { size: 3, available: 0 }, b: { size: 4, available: 0 } }).sizes).toEqual([{ replicaSet: 'web-a', replicas: 0 }]);
    expect(at(basic(), { a: { size: 3, ...LATER }, b: { size: 4 } })).toEqual(goes('web-a', true));
  });

  it('never go below what has to be available', () => {
    const count = fc.integer({ min: 0, max: 9 });
    const set = fc.record({ size: count, gone: count }).map(({ size, gone }) => ({ size, available: Math.max(0, size - gone) }));
    fc.assert(fc.property(set, set, set, fc.integer({ min: 0, max: 4 }), (a, v, b, maxUnavailable) => {
      const fields = { a: { ...a, revision: 1 }, v: { ...v, revision: 2 }, b: { ...b, revision: 3 } };
      const sizes = new Map(at(basic({ maxSurge: 1, maxUnavailable }), fields).sizes.map(({ replicaSet, replicas }) => [replicaSet, replicas]));
      const before = a.available + v.available + b.available;
      const after = Object.entries(fields).reduce((sum, [hash, { size, available }]) => sum + Math.min(available, sizes.get(`web-${hash}`) ?? size), 0);
      expect(after).toBeGreaterThanOrEqual(Math.min(before, 4 - maxUnavailable));
      expect(sizes.has('web-b')).toBe(false);
      if (b.available >= 4) expect([sizes.get('web-a') ?? a.size, sizes.get('web-v') ?? v.size]).toEqual([0, 0]);
    }));
  });
});

it('comes to rest: what was written is not written again, and in the end nobody waits', () => {
  const fields = fc.record({ size: fc.integer({ min: 0, max: 4 }), annotations: fc.constantFrom({}, LATER.annotations, BEFORE.annotations) });
  const rollouts = fc.constantFrom(routed(), routed({ dynamicStableScale: true }), blueGreen({ scaleDownDelayRevisionLimit: 1 }), basic());
  fc.assert(fc.property(rollouts, fc.array(fields, { minLength: 2, maxLength: 5 }), fc.boolean(), fc.boolean(), (rollout, all, aborted, fully) => {
    let replicaSets = all.map((each, index) => replicaSetOfHash(`h${index}`, { ...each, revision: index + 1, size: index === 0 || fully && index === all.length - 1 ? 4 : each.size }));
    const newest = `web-h${all.length - 1}`;
    const view = { stable: fully ? newest : 'web-h0', newest, held: new Set<string>(), reached: new Set<string>(), aborted, keepOld: false };
    let now = NOW;
    for (let round = 0; ; round++) {
      expect(round).toBeLessThan(12);
      const { deadlines, sizes, lookAgainAt } = scaleDowns(rollout, { ...view, replicaSets }, now);
      if (deadlines.length + sizes.length === 0 && lookAgainAt === undefined) break;
      if (deadlines.length + sizes.length === 0) now = lookAgainAt ?? now;
      replicaSets = replicaSets.map((each) => {
        const { name } = each.metadata;
        const found = deadlines.filter(({ replicaSet }) => replicaSet === name).at(-1);
        const size = sizes.find(({ replicaSet }) => replicaSet === name)?.replicas ?? each.spec.replicas ?? 0;
        const { 'scale-down-deadline': present, ...annotations } = each.metadata.annotations ?? {};
        const text = found ? found.at : present;
        return { ...each, metadata: { ...each.metadata, annotations: { ...annotations, ...(text === undefined ? {} : { 'scale-down-deadline': text }) } }, spec: { ...each.spec, replicas: size }, status: { replicas: size, availableReplicas: size } };
      });
    }
    const kept = new Set([view.stable, ...(aborted && !fully ? [] : [newest])]);
    expect(replicaSets.filter(({ metadata, spec }) => !kept.has(metadata.name) && spec.replicas !== 0)).toEqual([]);
  }));
});
