import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { toldOf } from '../../../commands/told.js';
import { install } from '../../../controller/installation.js';
import type { Release } from '../../../model/release.js';
import { serinResources } from '../../../model/resources.js';
import { systemClock } from '../../../ports/clock.js';
import { ask, bearer, errorIn, type Answer } from '../../testing/asking.js';
import { TOKENS } from '../../testing/cluster-people.js';
import { startTestCluster, startTestServer, type TestCluster, type TestServer } from '../../testing/test-server.js';
import { resourceRoutes } from '../routes.js';
import { releaseOf } from '../testing/releases.js';

const CARA = 'token-of-cara';
const groups = ['shop-team', 'system:authenticated'];
/** The step, from 0, that asks for an approval. */
const APPROVAL = 2;

/** Over sockets and as two people of the cluster; what a controller makes of it is in test/driver/server-people.test.ts. */
describe('Ann and Cara at once', () => {
  let cluster: TestCluster;
  let server: TestServer;
  beforeAll(async () => {
    cluster = await startTestCluster(new Map([[CARA, { username: 'cara', groups }]]));
    await install(cluster.admin, systemClock, new AbortController().signal);
    server = await startTestServer(cluster, { modules: [resourceRoutes] });
  });
  afterAll(async () => {
    await server.stop();
    await cluster.stop();
  });

  async function release(name: string, index: number): Promise<string> {
    const { status, spec, ...rest } = releaseOf({ name });
    const steps = spec.plan.steps.map((step) => (step.kind === 'approve' ? { kind: step.kind, approvals: 1 } : step));
    const made = await cluster.admin.create(serinResources.releases, { ...rest, spec: { ...spec, plan: { ...spec.plan, steps } }, metadata: { namespace: 'shop', name } });
    await cluster.admin.patch(serinResources.releases, { namespace: 'shop', name }, { kind: 'merge', body: { status: { ...status, step: { ...status?.step, index } } } }, { subresource: 'status' });
    return made.metadata.uid ?? '';
  }
  const act = (token: string, name: string, verb: string, body: object): Promise<Answer> => ask(server.url, `/api/v1/namespaces/shop/releases/${name}/actions/${verb}`, { method: 'POST', headers: bearer(token), body });
  const found = (name: string): Promise<Release> => cluster.admin.get(serinResources.releases, { namespace: 'shop', name });
  const audited = (name: string): unknown[] => server.audit.filter(({ path }) => path.includes(`/${name}/`)).map(({ user, status, path }) => `${user ?? ''} ${path.split('/').at(-1) ?? ''} ${status}`).sort();

  it('abort and promote: an abort always stands, and behind it nothing else; the audit log names both', async () => {
    await Promise.all(Array.from({ length: 4 }, async (_, round) => {
      const name = `web-${round + 1}`;
      const uid = await release(name, 1);
      const [abort, promote] = await Promise.all([act(TOKENS.ann, name, 'abort', { uid }), act(CARA, name, 'promote', { uid, step: 2 })]);
      const release_ = await found(name);
      const both = promote.status === 200;
      expect([abort.status, release_.spec.abort, release_.spec.advanceTo]).toEqual([200, true, both ? 2 : undefined]);
      if (!both) expect([promote.status, errorIn(promote).message, promote.json?.['error']]).toEqual([409, `Release ${name} is being taken back; that cannot be changed any more.`, expect.objectContaining({ messageZh: `发布 ${name} 正在撤回；无法再更改。` })]);
      expect(toldOf(release_.metadata).map(({ user, verb }) => `${user} ${verb}`).sort()).toEqual(both ? ['ann abort', 'cara promote'] : ['ann abort']);
      expect(audited(name)).toEqual(['ann abort 200', `cara promote ${promote.status}`]);
    }));
  });

  it('approve and reject: both are on record in the name of who said it', async () => {
    const uid = await release('web-20', APPROVAL);
    const said = await Promise.all([act(TOKENS.ann, 'web-20', 'approve', { uid, comment: 'fine' }), act(CARA, 'web-20', 'reject', { uid, comment: 'slow' })]);
    expect(said.map(({ status }) => status)).toEqual([200, 200]);
    const { items } = await cluster.admin.list(serinResources.approvals, { namespace: 'shop' });
    expect(items.map(({ spec }) => `${spec.user} ${spec.approved} ${spec.comment ?? ''}`).sort()).toEqual(['ann true fine', 'cara false slow']);
    expect(audited('web-20')).toEqual(['ann approve 200', 'cara reject 200']);
  });

  it('a rejection behind an approval that was heard is told that it came too late', async () => {
    const uid = await release('web-21', APPROVAL);
    const rejecting = act(CARA, 'web-21', 'reject', { uid });
    await vi.waitFor(async () => expect((await cluster.admin.list(serinResources.approvals, { namespace: 'shop' })).items.map(({ spec }) => spec.release)).toContain('web-21'), { timeout: 20_000, interval: 5 });
    // What a controller does that saw the approval alone.
    await cluster.admin.patch(serinResources.releases, { namespace: 'shop', name: 'web-21' }, { kind: 'merge', body: { status: { step: { index: APPROVAL + 1 } } } }, { subresource: 'status' });
    const rejected = await rejecting;
    expect([rejected.status, errorIn(rejected).message]).toEqual([409, 'Release web-21 went on before your word was heard: somebody approved it. Take it back with an abort instead.']);
    expect(audited('web-21')).toEqual(['cara reject 409']);
  });
});
