import { expect, it } from 'vitest';
import { releaseWith } from '../engine/testing/arbitraries.js';
import { firstStatus } from '../engine/advance.js';
import type { Release, ReleasePhase } from '../model/release.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { ReleasePlaces } from './release-places.js';

type Known = Parameters<ReleasePlaces['take']>[1];

const policy = (namespace: string, name: string, queuedAt?: string): ReleasePolicy => ({
  apiVersion: '', kind: 'ReleasePolicy', metadata: { namespace, name }, spec: { workload: { deployment: name }, strategy: { canary: { steps: [] } } }, ...(queuedAt === undefined ? {} : { status: { queuedAt } }),
});
const running = (namespace: string, name: string, phase: ReleasePhase = 'Progressing'): Release => {
  const release = releaseWith([{ kind: 'promote' }]);
  return { ...release, metadata: { ...release.metadata, namespace, name: `${name}-1` }, spec: { ...release.spec, policy: name }, status: { ...firstStatus(release, 0), phase } };
};
const caches = (releases: readonly Release[], policies: readonly ReleasePolicy[] = []): Known => ({ releases: { list: () => [...releases] }, policies: { list: () => [...policies] } }) as unknown as Known;

it('has room without limits, and up to them; what has ended takes none', () => {
  expect(new ReleasePlaces({}).take(policy('a', 'x'), caches([running('a', 'y')])).free).toBe(true);
  const places = new ReleasePlaces({ cluster: 2 });
  expect(places.take(policy('a', 'x'), caches([running('a', 'y'), running('a', 'z', 'Completed')])).free).toBe(true);
  places.giveBack(policy('a', 'x'));
  expect(places.take(policy('a', 'x'), caches([running('a', 'y'), running('b', 'z')]))).toEqual({ free: false, text: 'A new version waits: 2 releases are under way, 2 is the limit, 0 wait before this one.' });
});

it('takes no place for a release that has not begun, whatever it waits for', () => {
  const places = new ReleasePlaces({ cluster: 1 });
  const held = running('a', 'y', 'Preparing');
  const { status: _, ...unseen } = held;
  const waiting = [{ ...held, ...(held.status ? { status: { ...held.status, held: { for: 'freeze' as const } } } : {}) }, { ...unseen, spec: { ...held.spec, policy: 'z', consent: { approvals: 1 } } }];
  expect(places.take(policy('a', 'x'), caches(waiting)).free).toBe(true);
  places.giveBack(policy('a', 'x'));
  expect(places.take(policy('a', 'x'), caches([held])).free).toBe(false);
});

it('counts a place that was given before its release is seen, until it is given back', () => {
  const places = new ReleasePlaces({ cluster: 1 });
  expect(places.take(policy('a', 'x'), caches([])).free).toBe(true);
  expect(places.take(policy('a', 'y'), caches([])).free).toBe(false);
  places.giveBack(policy('a', 'x'));
  expect(places.take(policy('a', 'y'), caches([])).free).toBe(true);
});

it('limits a namespace by itself', () => {
  const places = new ReleasePlaces({ namespace: 1 });
  expect(places.take(policy('a', 'x'), caches([running('a', 'y')])).text).toContain('1 releases are under way in namespace a');
  expect(places.take(policy('b', 'x'), caches([running('a', 'y')])).free).toBe(true);
});

it('lets those go first who wait longer, and namespaces with fewer releases before that', () => {
  const [early, late, newcomer] = [policy('a', 'early', '2026-01-01T00:00:01Z'), policy('a', 'late', '2026-01-01T00:00:02Z'), policy('a', 'new')];
  const take = (who: ReleasePolicy, releases: Release[], policies: ReleasePolicy[]): boolean => new ReleasePlaces({ cluster: 2, namespace: 2 }).take(who, caches(releases, policies)).free;
  const one = [running('a', 'other')];
  expect(take(early, one, [early, late])).toBe(true);
  expect(take(late, one, [early, late])).toBe(false);
  expect(take(newcomer, one, [early])).toBe(false);
  const elsewhere = policy('b', 'x', '2026-01-01T00:00:09Z');
  expect(take(early, one, [early, elsewhere])).toBe(false);
  expect(take(elsewhere, one, [early, elsewhere])).toBe(true);
  // One that its own namespace keeps waiting stands in nobody's way.
  expect(new ReleasePlaces({ cluster: 3, namespace: 1 }).take(elsewhere, caches(one, [early])).free).toBe(true);
});
