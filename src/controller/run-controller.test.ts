import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../cluster/create-client.js';
import { localCluster, type LocalCluster } from '../cluster/testing/local-cluster.js';
import { installedKinds } from '../installation/kinds.js';
import type { PolicyRule } from '../kubernetes/generated/rbac-v1.js';
import { resources } from '../kubernetes/resources.js';
import type { PolicySpec } from '../model/release-policy.js';
import type { User } from '../local/api/request/users.js';
import { API_VERSION, serinResources } from '../model/resources.js';
import { systemClock } from '../ports/clock.js';
import { seededRandom } from '../ports/random.js';
import { controllerAccess, controllerRules, installerRules } from './controller-rules.js';
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
  const policyIn = (namespace: string, name = 'web', more: Partial<PolicySpec> = {}) =>
    client().create(serinResources.releasePolicies, { apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name, namespace }, spec: { workload: { deployment: name }, strategy: { canary: { steps: [{ weight: 50 }] } }, ...more } });
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
    const { status, text } = await one.get('/readyz');
    expect([status, text.split('\n')[0]]).toEqual([503, 'fills its caches']);
    expect(text).toMatch(/^The controller may not list and watch pods: pods is forbidden: User "nobody" cannot list .*\. Its role is not that of this version: bring it up to date with serin install or helm upgrade\.$/m);
    expect((await one.get('/healthz')).status).toBe(200);
    expect(await client().find(resources.leases, { namespace: 'serin-system', name: 'serin' })).toBeUndefined();
  });

  describe('with a role that is older than itself', () => {
    const someone: User = { username: 'someone', groups: ['system:authenticated'] };
    const without = (plurals: readonly string[]) => controllerRules.map((rule) => ({ ...rule, resources: (rule.resources ?? []).filter((each) => !plurals.includes(each)) })).filter(({ resources: left }) => left.length > 0);
    const allow = async (rules: readonly PolicyRule[]): Promise<void> => {
      const [role, binding] = controllerAccess({ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: someone.username }, rules);
      await client().apply(installedKinds.ClusterRole, role, { fieldManager: 'test', force: true });
      await client().apply(installedKinds.ClusterRoleBinding, binding, { fieldManager: 'test', force: true });
    };
    const said = async (name: string): Promise<string | undefined> => (await client().get(serinResources.releasePolicies, { namespace: 'shop', name })).status?.message;

    it('works all the same, leaves alone what depends on what it may not see, and goes on when it may', async () => {
      await allow(without(['ingresses', 'validatingadmissionpolicies']));
      const one = await start('one', {}, someone);
      await eventually(() => leads(one));
      await policyIn('shop', 'plain');
      await policyIn('shop', 'routed', { service: 'web', router: { ingressNginx: {} } });
      await eventually(async () => (await said('plain'))?.includes('Deployment') === true);
      await eventually(async () => (await said('routed'))?.includes('may not list and watch ingresses.networking.k8s.io') === true);
      const routed = await client().get(serinResources.releasePolicies, { namespace: 'shop', name: 'routed' });
      expect(routed.status?.conditions).toContainEqual(expect.objectContaining({ type: 'Stalled', status: 'True' }));
      expect(routed.metadata.finalizers ?? []).toEqual([]);
      const told = one.log.flatMap(({ error }) => (String(error).includes('may not list and watch') ? [/watch ([\w.]+):/.exec(String(error))?.[1]] : []));
      expect(told.sort()).toEqual(['ingresses.networking.k8s.io', 'validatingadmissionpolicies.admissionregistration.k8s.io']);
      await allow(controllerRules);
      await eventually(async () => (await said('routed'))?.includes('may not list') === false);
    });

    it('waits for what it cannot do without, and says so', async () => {
      await allow(without(['replicasets']));
      const one = await start('one', {}, someone);
      await eventually(async () => (await one.get('/readyz')).text.includes('may not list and watch replicasets.apps'));
      expect((await one.get('/readyz')).status).toBe(503);
      await allow(controllerRules);
      await eventually(() => leads(one));
    });

    it('installs as soon as it may', async () => {
      const one = await start('one', { install: true, namespace: 'new' }, someone);
      await eventually(async () => (await one.get('/readyz')).text.includes('The controller may not install what it needs: namespaces'));
      expect(one.log.filter(({ about }) => about === 'install')).toHaveLength(1);
      await allow([...controllerRules, ...installerRules]);
      await eventually(() => leads(one));
    });
  });

  it('is not ready without the definitions of its kinds, says so once, and is again when they are there', async () => {
    const releases = { name: 'releases.serin.dev' };
    await client().delete(resources.customResourceDefinitions, releases);
    await eventually(async () => (await client().find(resources.customResourceDefinitions, releases)) === undefined);
    const one = await start('one');
    await eventually(async () => (await one.get('/readyz')).text.includes('The cluster knows no releases.serin.dev. Its definition was deleted or never installed: put it back with serin install'));
    await install(client(), systemClock, new AbortController().signal);
    await eventually(() => leads(one));
    await client().delete(resources.customResourceDefinitions, releases);
    await eventually(async () => (await one.get('/readyz')).status === 503);
    expect((await one.get('/readyz')).text).toMatch(/^leads\nThe cluster knows no releases\.serin\.dev\./);
    expect((await one.get('/healthz')).status).toBe(200);
    await install(client(), systemClock, new AbortController().signal);
    await eventually(() => leads(one));
    expect(one.log.filter(({ error }) => String(error).includes('knows no releases'))).toHaveLength(2);
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
    await policyIn('shop');
    const refused = async (spec: object, words: string): Promise<void> => {
      await client().patch(serinResources.releasePolicies, { namespace: 'shop', name: 'web' }, { kind: 'merge', body: { spec } });
      await eventually(async () => (await client().get(serinResources.releasePolicies, { namespace: 'shop', name: 'web' })).status?.message?.includes(words) === true);
    };
    await refused({ watchConfig: true }, 'may not read ConfigMaps and Secrets. Install it with readConfig: true');
    const from = { prometheus: { address: 'http://prometheus:9090', all: 'a', bad: 'b', token: { secret: 'monitoring', key: 'token' } } };
    await refused({ watchConfig: false, analysis: { metrics: [{ name: 'errors', errorRate: {}, from }] } }, 'spec.analysis.metrics: Secret monitoring cannot be read: this installation of Serin may not. Install it with readConfig: true');
  });

  it('answers only what it knows', async () => {
    const one = await start('one');
    expect((await one.get('/secrets')).status).toBe(404);
    expect((await fetch(`${one.url}/metrics`, { method: 'POST' })).status).toBe(405);
  });
});
