import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClusterClient } from '../cluster/client.js';
import { createClient } from '../cluster/create-client.js';
import { impersonating } from '../cluster/impersonation.js';
import { toldOf, withTold, type ToldCommand } from '../commands/told.js';
import { releaseWith } from '../engine/testing/arbitraries.js';
import { createApi, type Api } from '../local/api/api.js';
import { memoryStore } from '../local/api/memory-store.js';
import type { Release } from '../model/release.js';
import { serinResources } from '../model/resources.js';
import { systemClock } from '../ports/clock.js';
import { seededRandom } from '../ports/random.js';
import { install } from './installation.js';

const place = { namespace: 'default', name: 'web-1' };
const groups = ['system:authenticated', 'releasers'];
const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1' } as const;
const store = memoryStore();
let api: Api;
let admin: ClusterClient;

beforeAll(async () => {
  api = createApi({ store, clock: systemClock, random: seededRandom(1) });
  admin = createClient(api.transport(), { fieldManager: 'test' });
  await install(admin, systemClock, new AbortController().signal);
  const rules = [{ apiGroups: ['serin.dev'], resources: ['releases'], verbs: ['*'] }];
  await admin.create({ ...RBAC, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false }, { apiVersion: `${RBAC.group}/v1`, kind: 'ClusterRole', metadata: { name: 'releaser' }, rules });
  const binding = { apiVersion: `${RBAC.group}/v1`, kind: 'ClusterRoleBinding', metadata: { name: 'releaser' }, roleRef: { apiGroup: RBAC.group, kind: 'ClusterRole', name: 'releaser' }, subjects: [{ kind: 'Group', name: 'releasers' }] };
  await admin.create({ ...RBAC, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', namespaced: false }, binding);
  await admin.create(serinResources.releases, releaseOf({}));
});
afterAll(async () => {
  await api.close();
  await store.close();
});

const as = (user: string): ClusterClient => createClient(impersonating(api.transport(), { user, groups }), { fieldManager: 'test', retries: { tries: 1 } });
const said = (user: string, more: Partial<ToldCommand> = {}): ToldCommand => ({ time: '2026-01-01T00:00:00Z', user, verb: 'pause', ...more });
const releaseOf = (metadata: object): Release => ({ ...releaseWith([{ kind: 'pause' }, { kind: 'promote' }]), metadata: { ...place, ...metadata } });
const patch = (user: string, annotations: object, spec: object = {}) => as(user).patch(serinResources.releases, place, { kind: 'merge', body: { metadata: { annotations }, spec } });
const present = async () => (await admin.get(serinResources.releases, place)).metadata;
const names = async () => toldOf(await present()).map(({ user, via, comment }) => [user, via, comment]);
const REFUSED = /ValidatingAdmissionPolicy 'serin-deeds-are-their-authors' .* denied request: who tells a release something is named by oneself: .* must be eve/;

it('nobody puts a deed of somebody else on a release, and everybody their own', async () => {
  await patch('ann', withTold(await present(), said('ann', { via: 'slack: #releases', comment: 'lunch\nuntil one' })), { paused: true });
  await patch('an', withTold(await present(), said('an')));
  // Whose name begins with the other's is somebody else.
  for (const user of ['ann', 'ev', 'evelyn', 'eve ', 'ann\neve']) await expect(patch('eve', withTold(await present(), { ...said('eve'), user })), user).rejects.toThrow(REFUSED);
  for (const value of ['ann', '', '\neve']) await expect(patch('eve', { 'serin.dev/told.2026-01-01T00.00.09Z.abort': value })).rejects.toThrow(REFUSED);
  const [first = ''] = Object.keys((await present()).annotations ?? {});
  // Neither by changing what another one said, nor beside something of one's own.
  await expect(patch('eve', { [first]: 'ann\n\nforged' })).rejects.toThrow(REFUSED);
  await expect(patch('eve', { ...withTold(await present(), said('eve')), 'serin.dev/told.2026-01-01T00.00.09Z.abort': 'ann' })).rejects.toThrow(REFUSED);
  await expect(as('eve').create(serinResources.releases, releaseOf({ name: 'web-2', annotations: withTold({}, said('ann', { verb: 'abort' })) }))).rejects.toThrow(REFUSED);
  // Who may do everything is held to it as well.
  await expect(admin.patch(serinResources.releases, place, { kind: 'merge', body: { metadata: { annotations: withTold(await present(), said('ann')) } } })).rejects.toThrow('must be admin');
  expect(await names()).toEqual([['ann', 'slack: #releases', 'lunch\nuntil one'], ['an', undefined, undefined]]);
  await patch('eve', withTold(await present(), said('eve')));
  await patch('eve', {}, { paused: false });
  expect((await names()).map(([user]) => user)).toEqual(['ann', 'an', 'eve']);
});

it('the oldest deeds give way to new ones of other people, and a backup brings its record back', async () => {
  for (let second = 10; second < 34; second++) await patch('joe', withTold(await present(), said('joe', { time: `2026-01-01T00:00:${second}Z` })));
  await patch('mia', withTold(await present(), said('mia', { time: '2026-01-01T00:00:34Z' })));
  expect((await names()).map(([user]) => user)).toEqual([...Array.from({ length: 19 }, () => 'joe'), 'mia']);
  const { annotations } = await present();
  const restored = await admin.create(serinResources.releases, releaseOf({ name: 'web-3', annotations }));
  expect(toldOf(restored.metadata)).toHaveLength(20);
});
