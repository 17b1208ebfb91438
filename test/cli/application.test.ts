import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../src/cluster/create-client.js';
import type { ClusterClient } from '../../src/cluster/client.js';
import { oamResources, type Application, type ApplicationRevision } from '../../src/frontends/kubevela/application.js';
import type { ApplicationStatus } from '../../src/frontends/kubevela/status.js';
import { seededRandom } from '../../src/ports/random.js';
import { startApi } from '../../src/local/api/testing/local-client.js';
import { serin, type CommandResult } from './driven-shell.js';

const definition = (plural: string, kind: string): unknown => ({
  metadata: { name: `${plural}.core.oam.dev` },
  spec: {
    group: 'core.oam.dev', scope: 'Namespaced', names: { plural, kind, singular: kind.toLowerCase() },
    versions: [{ name: 'v1beta1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
  },
});

const bookInfo: Application = {
  apiVersion: 'core.oam.dev/v1beta1',
  kind: 'Application',
  metadata: { name: 'book-info', namespace: 'default' },
  spec: {
    components: [{ name: 'reviews', type: 'webservice', properties: { image: 'bookinfo/reviews:v3' }, traits: [{ type: 'rollout' }] }, { name: 'ratings', type: 'webservice' }],
    workflow: { steps: [{ name: 'rollout-1st-batch', type: 'canary-rollout' }, { name: 'manual-approval', type: 'suspend' }, { name: 'rollout-rest', type: 'canary-rollout' }] },
  },
};

const paused: ApplicationStatus = {
  status: 'workflowSuspending',
  latestRevision: { name: 'book-info-v2', revision: 2 },
  services: [{ name: 'reviews', healthy: true, message: '1 of 2 Pods are new' }, { name: 'ratings', healthy: false, message: 'no Pod is ready' }],
  conditions: [{ type: 'Drift', status: 'True', reason: 'OtherRevisionRuns', message: 'The spec asks for reviews-v2, reviews-v1 runs.', lastTransitionTime: '1970-01-01T00:00:00Z' }],
  workflow: {
    appRevision: 'book-info-v2', status: 'suspending', suspend: true, startTime: '2025-12-31T23:58:00Z', message: 'Waits until somebody goes on.',
    steps: [{ id: 'a', name: 'rollout-1st-batch', type: 'canary-rollout', phase: 'succeeded' }, { id: 'b', name: 'manual-approval', type: 'suspend', phase: 'suspending', message: 'Waits until somebody goes on.' }],
  },
};

describe('serin app', () => {
  let started: ReturnType<typeof startApi>;
  let client: ClusterClient;
  beforeEach(async () => {
    started = startApi();
    client = createClient(started.transport, { fieldManager: 'test', clock: started.clock, random: seededRandom(1) });
    for (const [plural, kind] of [['applications', 'Application'], ['applicationrevisions', 'ApplicationRevision']] as const) {
      await started.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition(plural, kind));
    }
    await started.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { ...(definition('releases', 'Release') as object), metadata: { name: 'releases.serin.dev' }, spec: { ...(definition('releases', 'Release') as { spec: object }).spec, group: 'serin.dev', versions: [{ name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }] } });
    await client.create(oamResources.applications, bookInfo);
    await put(paused);
  });
  afterEach(() => started.api.close());

  /** As the controller writes it: nothing of the run before stays. */
  async function put(status: ApplicationStatus): Promise<void> {
    const write = (body: unknown): Promise<Application> => client.patch(oamResources.applications, { name: 'book-info', namespace: 'default' }, { kind: 'merge', body: { status: body } }, { subresource: 'status' });
    await write({ workflow: null });
    await write(status);
  }
  const app = (...args: string[]): Promise<CommandResult> => serin(undefined, ['app', ...args], { client, clock: started.clock });
  const stored = (): Promise<Application> => client.get(oamResources.applications, { name: 'book-info', namespace: 'default' });

  async function deploy(component: string, revision: string, image: string): Promise<void> {
    const labels = { 'app.oam.dev/name': 'book-info', 'app.oam.dev/component': component, 'app.oam.dev/revision': revision };
    const containers = [{ name: component, image }];
    const uid = (await started.call('POST', '/apis/apps/v1/namespaces/default/deployments', { metadata: { name: revision, labels }, spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } } })).json.metadata.uid;
    const owner = (kind: string, name: string, id: string): unknown[] => [{ apiVersion: 'apps/v1', kind, name, uid: id, controller: true }];
    const set = await started.call('POST', '/apis/apps/v1/namespaces/default/replicasets', { metadata: { name: `${revision}-x`, labels, ownerReferences: owner('Deployment', revision, uid) }, spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } } });
    await started.call('POST', '/api/v1/namespaces/default/pods', { metadata: { name: `${revision}-x-1`, labels, ownerReferences: owner('ReplicaSet', `${revision}-x`, set.json.metadata.uid) }, spec: { nodeName: 'n', containers } });
    await started.call('PATCH', `/api/v1/namespaces/default/pods/${revision}-x-1/status`, { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } });
  }

  it('shows the steps of the workflow with their states, and what it waits for', async () => {
    await deploy('reviews', 'reviews-v1', 'bookinfo/reviews:v2');
    await deploy('reviews', 'reviews-v2', 'bookinfo/reviews:v3');
    await started.call('POST', '/apis/serin.dev/v1alpha1/namespaces/default/releases', {
      apiVersion: 'serin.dev/v1alpha1', kind: 'Release', metadata: { name: 'reviews-1' },
      spec: { workload: { kind: 'Versions' }, stable: { replicaSet: 'reviews-v1' }, canary: { replicaSet: 'reviews-v2' } },
      status: { phase: 'Progressing', shares: { written: { canary: 100, stable: 900 } } },
    });
    const { code, out, err } = await app('status', 'book-info');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatchInlineSnapshot(`
      "application book-info  workflowSuspending  book-info-v2
      ├─ The spec asks for reviews-v2, reviews-v1 runs.
      ├─ workflow  suspending  for 2m
      │  ├─ ✓ rollout-1st-batch  canary-rollout
      │  ├─ ▶ manual-approval  suspend  suspending  Waits until somebody goes on.
      │  └─ · rollout-rest  canary-rollout
      ├─ component reviews  webservice  healthy  release reviews-1  1 of 2 Pods are new
      │  ├─ reviews-v1  bookinfo/reviews:v2  1 of 1 ready  90 % of the requests
      │  │  └─ Pod reviews-v1-x-1  Ready
      │  └─ reviews-v2  bookinfo/reviews:v3  1 of 1 ready  10 % of the requests
      │     └─ Pod reviews-v2-x-1  Ready
      └─ component ratings  webservice  not healthy  no Pod is ready

      Waits until somebody goes on. Go on with: serin app resume book-info.
      "
    `);
  });

  it('follows it until its run has ended, a line for each change', async () => {
    const steps = (...phases: ('succeeded' | 'suspending' | 'running')[]): ApplicationStatus['workflow'] => ({
      ...paused.workflow, message: '',
      steps: phases.map((phase, at) => ({ id: String(at), name: bookInfo.spec.workflow?.steps?.[at]?.name ?? '', phase })),
    });
    await put({ ...paused, observedGeneration: 0, workflow: { ...steps('succeeded'), suspend: false, finished: true, status: 'terminated' } });
    const later: ApplicationStatus[] = [
      { ...paused, observedGeneration: 1 },
      { ...paused, workflow: { ...steps('succeeded', 'succeeded', 'running'), suspend: false, message: 'rollout-rest: 1 of 2 Pods.' } },
      { ...paused, status: 'running', workflow: { ...steps('succeeded', 'succeeded', 'succeeded'), suspend: false, finished: true, status: 'succeeded' } },
    ];
    const clock = { now: () => started.clock.now(), monotonic: () => 0, sleep: () => put(later.shift() ?? paused) };
    const { code, out } = await serin(undefined, ['app', 'status', 'book-info', '--watch'], { client, clock });
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      'rollout-1st-batch (canary-rollout): succeeded',
      'Waits for the controller to take notice of the new spec.',
      'manual-approval (suspend): suspending. Waits until somebody goes on.',
      'Waits until somebody goes on. Go on with: serin app resume book-info.',
      'manual-approval (suspend): succeeded',
      'rollout-rest (canary-rollout): running',
      'rollout-rest: 1 of 2 Pods.',
      'rollout-rest (canary-rollout): succeeded',
      'All steps are done.',
      '',
    ]);
  });

  it('says why nothing happens', async () => {
    const condition = (type: string, reason: string, message: string): ApplicationStatus => ({ conditions: [{ type, status: 'False', reason, message, lastTransitionTime: '1970-01-01T00:00:00Z' }] });
    await put(condition('Parsed', 'ReconcileError', 'spec.components[0].type: there is no component of the type "worker" here.'));
    expect((await app('status', 'book-info')).out).toMatch(/spec\.components\[0\]\.type: there is no component[^]*It cannot be run as it is, so nothing of it is touched/);
    await put(condition('Ready', 'OtherController', 'KubeVela holds the Lease.'));
    expect((await app('status', 'book-info')).out).toMatch(/KubeVela holds the Lease\.[^]*Somebody else looks after it/);
    await put({ ...paused, conditions: [], workflow: { status: 'failed', finished: true, terminated: true, message: 'manual-approval: Not over after 5m.', steps: [{ id: 'b', name: 'manual-approval', phase: 'failed', reason: 'Timeout', message: 'Not over after 5m.' }] } });
    expect((await app('status', 'book-info')).out).toMatch(/✗ manual-approval {2}suspend {2}failed \(Timeout\) {2}Not over after 5m\.[^]*Try it again with: serin app restart book-info --step manual-approval\./);
  });

  it('gives the same to programs', async () => {
    const { out } = await app('status', 'book-info', '-o', 'json');
    expect(JSON.parse(out)).toMatchObject({ phase: 'workflowSuspending', workflow: { suspended: true, steps: [{ phase: 'succeeded' }, { phase: 'suspending' }, { name: 'rollout-rest', phase: 'pending' }] }, components: [{ name: 'reviews', healthy: true }, { name: 'ratings', healthy: false }] });
    expect((await app('status', 'book-info', '-o', 'yaml')).out).toContain('phase: workflowSuspending');
  });

  it('resumes as vela does', async () => {
    const { out } = await app('resume', 'book-info');
    expect(out).toBe('Application book-info goes on.\nFollow it with: serin app status book-info.\n');
    expect((await stored()).status?.workflow).toMatchObject({ suspend: false, steps: [{ phase: 'succeeded' }, { phase: 'running' }] });
    expect((await stored()).status?.services).toEqual(paused.services);
    expect(await app('resume', 'book-info')).toMatchObject({ code: 0, out: expect.stringContaining('is not suspended') });
  });

  it('terminates, and then only begins anew', async () => {
    expect((await app('terminate', 'book-info')).code).toBe(0);
    expect((await stored()).status?.workflow).toMatchObject({ terminated: true, suspend: false, steps: [{}, { phase: 'failed', reason: 'Terminate' }] });
    expect(await app('resume', 'book-info')).toMatchObject({ code: 1, err: expect.stringContaining('was terminated and cannot be resumed') });
    expect((await app('status', 'book-info')).out).toContain('Go back with: serin app rollback book-info; begin anew with: serin app restart book-info.');
    expect((await app('restart', 'book-info', '--step', 'manual-approval')).out).toContain('begins anew at step manual-approval');
    expect((await stored()).status?.workflow).toMatchObject({ terminated: false, steps: [{ name: 'rollout-1st-batch' }] });
    expect((await app('restart', 'book-info')).code).toBe(0);
    expect((await stored()).status?.workflow).toBeUndefined();
    expect((await app('status', 'book-info')).out).toContain('Waits for the controller to take notice');
  });

  it('goes back to what finished last', async () => {
    const former = { components: [{ name: 'reviews', type: 'webservice', properties: { image: 'bookinfo/reviews:v2' } }] };
    const record: ApplicationRevision = { apiVersion: bookInfo.apiVersion, kind: 'ApplicationRevision', metadata: { name: 'book-info-v1', namespace: 'default', labels: { 'app.oam.dev/name': 'book-info' } }, spec: { application: { spec: former } } };
    await client.create(oamResources.applicationRevisions, record);
    expect(await app('rollback', 'book-info')).toMatchObject({ code: 1, err: expect.stringContaining('there is none to go back to') });
    await client.patch(oamResources.applicationRevisions, { name: 'book-info-v1', namespace: 'default' }, { kind: 'merge', body: { status: { succeeded: true } } }, { subresource: 'status' });
    await put({ ...paused, workflow: { ...paused.workflow, suspend: false } });
    expect(await app('rollback', 'book-info')).toMatchObject({ code: 1, err: expect.stringContaining('a run of Application book-info is executing') });
    expect((await app('suspend', 'book-info')).code).toBe(0);
    expect((await app('rollback', 'book-info')).out).toContain('asks for what book-info-v1 asked for.');
    expect((await stored()).spec).toEqual(former);
  });

  it('says what is not there', async () => {
    expect((await app('status', 'bookinfo')).err).toBe('serin: there is no Application "bookinfo" in namespace default. Did you mean book-info?\n');
    const bare = startApi();
    const other = createClient(bare.transport, { fieldManager: 'test', clock: bare.clock, random: seededRandom(1) });
    expect((await serin(undefined, ['app', 'status', 'x'], { client: other, clock: bare.clock })).err).toContain('the cluster does not know Applications. Install what reads them: serin install --frontends=kubevela');
    await bare.api.close();
  });

  it('is completed', async () => {
    const clock = { now: () => 0, monotonic: () => 0, sleep: () => new Promise<void>(() => undefined) };
    expect((await serin(undefined, ['__complete', 'app', 'resume', 'b'], { client, clock })).out).toBe('book-info\n:4\n');
    expect((await serin(undefined, ['__complete', 'app', 're'], { client, clock })).out).toMatch(/^resume\t.*\nrestart\t.*\n:4\n$/);
    expect((await serin(undefined, ['__complete', 'app', 'resume', 'book-info', '--s'], { client, clock })).out).toMatch(/^--step\t/);
  });

  it('has examples that run', async () => {
    for (const verb of ['', 'status', 'resume', 'suspend', 'terminate', 'restart', 'rollback']) {
      const help = await serin(undefined, ['app', ...(verb === '' ? [] : [verb]), '--help']);
      const examples = help.out.split('\n').flatMap((line) => (line.startsWith('  $ serin ') ? [line.slice('  $ serin '.length)] : []));
      expect(examples.length, help.out).toBeGreaterThan(0);
      for (const example of examples) {
        await put(paused);
        const stopping = new AbortController();
        const clock = { now: () => started.clock.now(), monotonic: () => 0, sleep: () => (stopping.abort(new Error('Ctrl-C')), Promise.reject(new Error('Ctrl-C'))) };
        const { code, err } = await serin(undefined, example.split(' '), { client, clock, signal: stopping.signal });
        expect([0, 1], `${example}\n${err}`).toContain(code);
        expect(err, example).not.toMatch(/^error:|\n {4}at /);
      }
    }
  });
});
