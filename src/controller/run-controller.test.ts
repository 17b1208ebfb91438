import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../cluster/create-client.js';
import { localCluster, type LocalCluster } from '../cluster/testing/local-cluster.js';
import { resources } from '../kubernetes/resources.js';
import type { User } from '../local/api/request/users.js';
import { API_VERSION, serinResources } from '../model/resources.js';
import { systemClock } from '../ports/clock.js';
import { seededRandom } from '../ports/random.js';
import { install } from './installation.js';
import { ControllerMetrics } from './metrics/controller-metrics.js';
import { runController, type RunControllerOptions } from './run-controller.js';

interface Running {
  readonly log: Record<string, unknown>[];
  readonly url: string;
  get(path: string): Promise<{ status: number; text: string }>;
  stop(): Promise<void>;
}

describe('the controller as a process', () => {
  let cluster: LocalCluster;
  let running: Running[];

  beforeEach(async () => {
    cluster = localCluster(systemClock);
    running = [];
    await install(client(), systemClock, new AbortController().signal);
    for (const name of ['serin-system', 'shop', 'other']) await client().create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} });
  });
  afterEach(async () => {
    await Promise.all(running.map((each) => each.stop()));
    await cluster.close();
  });

  const client = (user?: User) => createClient(cluster.api.transport(user), { fieldManager: 'test' });

  async function start(identity: string, options: Partial<RunControllerOptions> = {}, user?: User): Promise<Running> {
    const log: Record<string, unknown>[] = [];
    const lines = new Writable({ write: (chunk, _encoding, done) => { log.push(JSON.parse(String(chunk)) as Record<string, unknown>); done(); } });
    const metrics = new ControllerMetrics(systemClock, '0.0.0');
    const stopping = new AbortController();
    const ended = runController(
      {
        client: createClient(metrics.counted(cluster.api.transport(user)), { fieldManager: 'serin' }),
        clock: systemClock, random: seededRandom(1), log: pino(lines), identity, namespace: 'serin-system', install: false, metrics,
        resolve: (host, port) => ({ host, port }), listen: { host: '127.0.0.1', port: 0 }, ...options,
      },
      stopping.signal,
    );
    await eventually(() => log.some(({ port }) => port !== undefined));
    const url = `http://127.0.0.1:${String(log.find(({ port }) => port !== undefined)?.['port'])}`;
    const controller: Running = {
      log, url,
      async get(path) {
        const answer = await fetch(`${url}${path}`);
        return { status: answer.status, text: await answer.text() };
      },
      async stop() {
        stopping.abort();
        await ended;
      },
    };
    running.push(controller);
    return controller;
  }

  const eventually = (condition: () => boolean | Promise<boolean>): Promise<void> =>
    vi.waitFor(async () => { if (!(await condition())) throw new Error('not yet'); }, { timeout: 20_000, interval: 10 });
  const leads = async (one: Running): Promise<boolean> => (await one.get('/readyz')).text === 'leads\n';
  const policyIn = (namespace: string) =>
    client().create(serinResources.releasePolicies, { apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name: 'web', namespace }, spec: { workload: { deployment: 'web' }, strategy: { canary: { steps: [{ weight: 50 }] } } } });
  const seen = async (namespace: string): Promise<boolean> => (await client().get(serinResources.releasePolicies, { namespace, name: 'web' })).status?.phase !== undefined;

  it('leads, or stands by with filled caches and takes over at once when the leader stops', async () => {
    const one = await start('one');
    await eventually(() => leads(one));
    const two = await start('two');
    await eventually(async () => (await two.get('/readyz')).status === 200);
    expect(await two.get('/readyz')).toEqual({ status: 200, text: 'stands by\n' });
    expect(await two.get('/healthz')).toEqual({ status: 200, text: 'ok\n' });
    expect((await two.get('/metrics')).text).toMatch(/^serin_leading 0$[^]*^serin_ready 1$/m);
    expect((await one.get('/metrics')).text).toMatch(/^serin_leading 1$/m);
    await one.stop();
    // Given back, not run out: that would take 15 seconds.
    expect((await client().get(resources.leases, { namespace: 'serin-system', name: 'serin' })).spec.holderIdentity).not.toBe('one');
    await eventually(() => leads(two));
    await expect(one.get('/healthz')).rejects.toThrow();
    expect(one.log.at(-1)).toMatchObject({ msg: 'stopped' });
  });

  it('counts its work, and logs what happened with the names of what it happened to', async () => {
    const one = await start('one');
    await eventually(() => leads(one));
    await policyIn('shop');
    await eventually(() => seen('shop'));
    const { text } = await one.get('/metrics');
    expect(text).toMatch(/^serin_reconcile_duration_seconds_count\{kind="policy",result="done"\} [1-9]/m);
    expect(text).toMatch(/^serin_api_requests_total\{verb="update",resource="releasepolicies",code="200"\} [1-9]/m);
    expect(text).toMatch(/^serin_policies\{phase="\w+"\} 1$/m);
    expect(text).not.toContain('"web"');
  });

  it('does not take the lease while it may not see the cluster', async () => {
    const one = await start('blind', {}, { username: 'nobody', groups: ['system:authenticated'] });
    await eventually(() => one.log.some(({ error }) => String(error).includes('forbidden')));
    expect(await one.get('/readyz')).toEqual({ status: 503, text: 'fills its caches\n' });
    expect((await one.get('/healthz')).status).toBe(200);
    expect(await client().find(resources.leases, { namespace: 'serin-system', name: 'serin' })).toBeUndefined();
  });

  it('works in one namespace only when it is told so', async () => {
    const one = await start('one', { watchNamespace: 'shop' });
    await eventually(() => leads(one));
    await policyIn('other');
    await policyIn('shop');
    await eventually(() => seen('shop'));
    expect(await seen('other')).toBe(false);
    expect((await one.get('/metrics')).text).toMatch(/^serin_policies\{phase="\w+"\} 1$/m);
  });

  it('refuses policies that watch what it may not read, and says what to do', async () => {
    const one = await start('one', { withoutConfig: true });
    await eventually(() => leads(one));
    const policy = await policyIn('shop');
    await client().patch(serinResources.releasePolicies, { namespace: 'shop', name: 'web' }, { kind: 'merge', body: { spec: { watchConfig: true } } });
    await eventually(async () => (await client().get(serinResources.releasePolicies, { namespace: 'shop', name: policy.metadata.name })).status?.message?.includes('may not read ConfigMaps and Secrets. Install it with readConfig: true') === true);
  });

  it('answers only what it knows', async () => {
    const one = await start('one');
    expect((await one.get('/secrets')).status).toBe(404);
    expect((await fetch(`${one.url}/metrics`, { method: 'POST' })).status).toBe(405);
  });
});
