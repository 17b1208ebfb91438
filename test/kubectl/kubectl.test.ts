import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, type Ended } from '../started/run.js';
import { project, startCluster, type StartedCluster } from '../started/started-cluster.js';
import { knownGaps } from './known-gaps.js';
import { kubectls, type Kubectl } from './kubectls.js';

const WEB = join(project, 'test', 'kubectl', 'web.yaml');
const tried = kubectls();
if (tried.length === 0) console.warn('NOT RUN: tests with kubectl: there is no kubectl; see scripts/install-tools.sh.');

let cluster: StartedCluster;
beforeAll(async () => {
  if (tried.length > 0) cluster = await startCluster();
});
afterAll(() => cluster?.remove());

/** One kubectl at work in a namespace of its own. */
class Session {
  readonly #path: string;
  readonly namespace: string;

  constructor({ name, path }: Kubectl) {
    this.#path = path;
    this.namespace = `with-${name}`;
  }

  run(args: readonly string[], options: { readonly signal?: AbortSignal } = {}): Promise<Ended> {
    return run(this.#path, ['--kubeconfig', cluster.kubeconfig, '--namespace', this.namespace, ...args], { env: cluster.env, patience: 40_000, ...options });
  }

  /** @returns what it prints @throws Error unless it ends well */
  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  /** Starts a command that goes on, waits for a line, does something, waits for another line, and ends the command. */
  async follow(args: readonly string[], first: RegExp, act: () => Promise<unknown>, second: RegExp): Promise<string> {
    const child = spawn(this.#path, ['--kubeconfig', cluster.kubeconfig, '--namespace', this.namespace, ...args], { env: cluster.env, stdio: ['ignore', 'pipe', 'pipe'] });
    let seen = '';
    const until = (wanted: RegExp): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => void (wanted.test(seen) && (child.stdout.off('data', look), resolve()));
        child.stdout.on('data', look);
        child.once('close', () => reject(new Error(`kubectl ${args.join(' ')} ended without ${String(wanted)}: ${seen}`)));
        look();
      });
    child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    const closed = new Promise((resolve) => child.once('close', resolve));
    try {
      await until(first);
      await act();
      await until(second);
      return seen;
    } finally {
      child.kill();
      await closed;
    }
  }
}

describe.each(tried)('kubectl, $name', (kubectl) => {
  const k = new Session(kubectl);

  test('knows the server and what it serves', async () => {
    expect(await k.ok('version', '-o', 'json')).toMatch(/"gitVersion": "v1\.36\.2"/);
    const resources = await k.ok('api-resources', '-o', 'name');
    for (const name of ['pods', 'services', 'deployments.apps', 'replicasets.apps', 'endpointslices.discovery.k8s.io', 'virtualservices.networking.istio.io', 'releasepolicies.serin.dev', 'releases.serin.dev']) {
      expect(resources.split('\n')).toContain(name);
    }
    expect(await k.ok('api-resources', '--api-group=serin.dev')).toMatch(/releasepolicies\s+rp,rpol\s+serin\.dev\/v1alpha1\s+true\s+ReleasePolicy/);
    expect(await k.ok('api-versions')).toContain('serin.dev/v1alpha1');
    expect(await k.ok('get', '--raw', '/readyz')).toBe('ok');
  });

  test('applies manifests, client- and server-side', async () => {
    const namespace = join(cluster.folder, `${k.namespace}.json`);
    await writeFile(namespace, JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: k.namespace } }));
    expect(await k.ok('apply', '-f', namespace)).toBe(`namespace/${k.namespace} created\n`);
    expect(await k.ok('apply', '-f', WEB)).toBe('service/web created\ndeployment.apps/web created\nreleasepolicy.serin.dev/web created\n');
    expect(await k.ok('apply', '-f', WEB)).toBe('service/web unchanged\ndeployment.apps/web unchanged\nreleasepolicy.serin.dev/web unchanged\n');
    expect(await k.ok('apply', '--server-side', '-f', WEB)).toMatch(/deployment.apps\/web serverside-applied/);
    expect(await k.ok('apply', '--dry-run=server', '-f', WEB)).toMatch(/deployment.apps\/web (unchanged|configured) \(server dry run\)/);
    expect((await k.run(['diff', '-f', WEB])).code).toBe(0);
  });

  test('waits for conditions and roll-outs', async () => {
    expect(await k.ok('wait', '--for=condition=Available', 'deployment/web', '--timeout=30s')).toBe('deployment.apps/web condition met\n');
    expect(await k.ok('wait', '--for=condition=Ready', 'pod', '-l', 'app=web', '--timeout=30s')).toMatch(/condition met/);
    expect(await k.ok('wait', '--for=condition=Ready', 'releasepolicy/web', '--timeout=30s')).toMatch(/condition met/);
    expect(await k.ok('rollout', 'status', 'deployment/web', '--timeout=30s')).toMatch(/successfully rolled out/);
    expect(await k.ok('rollout', 'history', 'deployment/web')).toMatch(/REVISION\s+CHANGE-CAUSE\n1\s+<none>/);
  });

  test('shows tables', async () => {
    expect(await k.ok('get', 'pods')).toMatch(/^NAME\s+READY\s+STATUS\s+RESTARTS\s+AGE\nweb-\S+\s+1\/1\s+Running\s+0\s+\d+s\n$/);
    expect(await k.ok('get', 'pods', '-o', 'wide')).toMatch(/IP\s+NODE.*\n.*\s10\.244\.\d+\.\d+\s+serin-default/);
    expect(await k.ok('get', 'deployments')).toMatch(/^NAME\s+READY\s+UP-TO-DATE\s+AVAILABLE\s+AGE\nweb\s+1\/1\s+1\s+1\s/);
    expect(await k.ok('get', 'services')).toMatch(/web\s+ClusterIP\s+10\.96\.\d+\.\d+\s+<none>\s+9080\/TCP/);
    expect(await k.ok('get', 'all')).toMatch(/pod\/web-.*[^]*service\/web[^]*deployment\.apps\/web[^]*replicaset\.apps\/web-/);
    expect(await k.ok('get', 'nodes')).toMatch(/serin-default\s+Ready/);
    expect(await k.ok('get', 'rp')).toMatch(/^NAME\s+WORKLOAD\s+PHASE\s+STABLE\s+RELEASE\s+AGE\nweb\s+web\s+Resting\s+web-\S+/);
    expect(await k.ok('get', 'serin')).toMatch(/web/);
    expect(await k.ok('get', 'deploy', '-A', '-o', 'custom-columns=NAMESPACE:.metadata.namespace,NAME:.metadata.name')).toContain(`${k.namespace}`);
    expect(await k.ok('get', 'pods', '-l', 'app in (web)', '--field-selector=status.phase=Running', '-o', 'name')).toMatch(/^pod\/web-\S+\n$/);
    expect(await k.ok('get', 'pods', '--show-labels')).toContain('app=web,pod-template-hash=');
    expect(await k.ok('get', 'events', '--sort-by=.lastTimestamp')).toMatch(/ScalingReplicaSet\s+deployment\/web\s+Scaled up replica set/);
  });

  test('shows objects', async () => {
    expect(await k.ok('get', 'deployment', 'web', '-o', 'yaml')).toMatch(/^apiVersion: apps\/v1\nkind: Deployment\n[^]*\n {2}replicas: 1\n[^]*\nstatus:\n/);
    expect(JSON.parse(await k.ok('get', 'deployment', 'web', '-o', 'json'))).toMatchObject({ kind: 'Deployment', spec: { replicas: 1 } });
    expect(await k.ok('get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}')).toBe('bookinfo/details:v1');
    expect(await k.ok('describe', 'deployment', 'web')).toMatch(/Replicas:\s+1 desired \| 1 updated[^]*Image:\s+bookinfo\/details:v1[^]*Events:\n[^]*ScalingReplicaSet/);
    expect(await k.ok('describe', 'pod', '-l', 'app=web')).toMatch(/Controlled By:\s+ReplicaSet\/web-[^]*Readiness:\s+http-get[^]*Events:\n/);
    await orGap('describe service', async () => {
      expect(await k.ok('describe', 'service', 'web')).toMatch(/Endpoints:\s+10\.244\.\d+\.\d+:9080/);
    });
    expect(await k.ok('describe', 'rp', 'web')).toMatch(/Kind:\s+ReleasePolicy[^]*Phase:\s+Resting/);
    expect(await k.ok('describe', 'node')).toMatch(/Ready\s+True[^]*Non-terminated Pods:/);
    const missing = await k.run(['get', 'pod', 'nobody']);
    expect(missing).toMatchObject({ code: 1, stderr: 'Error from server (NotFound): pods "nobody" not found\n' });
  });

  test('explains kinds', async () => {
    expect(await k.ok('explain', 'releasepolicy.spec.strategy.canary.steps')).toContain('One step: weight, route');
    expect(await k.ok('explain', 'deployment.spec')).toMatch(/replicas\s+<integer>/);
    expect(await k.ok('explain', 'virtualservice.spec.http')).toMatch(/route\s+</);
  });

  test('watches', async () => {
    const seen = await k.follow(['get', 'deployment', 'web', '-w'], /web\s+1\/1/, () => k.ok('scale', 'deployment', 'web', '--replicas=2'), /web\s+2\/2/);
    expect(seen).toMatch(/^NAME\s+READY/);
  });

  test('changes objects', async () => {
    expect(await k.ok('patch', 'deployment', 'web', '-p', '{"metadata":{"annotations":{"a":"1"}}}')).toBe('deployment.apps/web patched\n');
    expect(await k.ok('patch', 'deployment', 'web', '--type=merge', '-p', '{"spec":{"replicas":1}}')).toBe('deployment.apps/web patched\n');
    expect(await k.ok('patch', 'deployment', 'web', '--type=json', '-p', '[{"op":"replace","path":"/metadata/annotations/a","value":"2"}]')).toBe('deployment.apps/web patched\n');
    expect(await k.ok('annotate', 'deployment', 'web', 'a-')).toMatch(/annotated/);
    expect(await k.ok('label', 'deployment', 'web', 'team=shop')).toMatch(/labeled/);
    expect((await k.run(['patch', 'deployment', 'web', '-p', '{"spec":{"replicas":-1}}'])).stderr).toMatch(/The Deployment "web" is invalid: spec\.replicas: Invalid value: -1: must be greater than or equal to 0/);
    const { stderr } = await k.run(['patch', 'rp', 'web', '--type=merge', '-p', '{"spec":{"drain":"soon"}}']);
    expect(stderr).toMatch(/The ReleasePolicy "web" is invalid: spec\.drain: Invalid value: "soon"/);
  });

  test('reads logs, and follows them', async () => {
    expect(await k.ok('logs', 'deployment/web')).toMatch(/listens on http/);
    const [pod = ''] = (await k.ok('get', 'pods', '-l', 'app=web', '-o', 'name')).split('\n');
    expect(await k.ok('logs', pod, '--tail=1')).toMatch(/^.*\n$/);
    await k.follow(['logs', '-f', pod], /listens on http/, () => Promise.resolve(), /listens on http/);
  });

  test('follows a release, gives it commands and waits for its end', async () => {
    await k.follow(['get', 'rel', '-w', '-o', 'custom-columns=NAME:.metadata.name,STEP:.status.progress', '--no-headers'], /^/, () => k.ok('set', 'image', 'deployment/web', 'web=bookinfo/ratings:v1'), /web-1\s+2\/3/);
    expect(await k.ok('get', 'rel')).toMatch(/^NAME\s+POLICY\s+PHASE\s+STEP\s+SHARE\s+REASON\s+AGE\nweb-1\s+web\s+Progressing\s+2\/3/);
    expect(await k.ok('describe', 'rel', 'web-1')).toMatch(/Message:\s+Pauses until someone goes on[^]*Events:\n[^]*ReleaseStarted/);
    expect((await k.run(['patch', 'rel', 'web-1', '--type=merge', '-p', '{"spec":{"plan":{"drainMilliseconds":1}}}'])).stderr).toMatch(/a new version starts a new release/);
    await k.ok('patch', 'rel', 'web-1', '--type=merge', '-p', '{"spec":{"abort":true}}');
    expect(await k.ok('wait', '--for=condition=Aborted', 'release/web-1', '--timeout=30s')).toBe('release.serin.dev/web-1 condition met\n');
    expect(await k.ok('get', 'rel')).toMatch(/web-1\s+web\s+Aborted\s+2\/3\s+0 %\s+AbortedByUser/);
  });

  test('says what the user may do', async () => {
    expect(await k.ok('auth', 'can-i', 'create', 'pods')).toBe('yes\n');
    expect(await k.ok('auth', 'can-i', '--list')).toMatch(/\*\.\*\s+\[\]\s+\[\]\s+\[\*\]/);
  });

  test('creates objects from arguments', async () => {
    await k.ok('create', 'configmap', 'settings', '--from-literal=colour=red');
    await k.ok('create', 'secret', 'generic', 'keys', '--from-literal=key=1');
    await orGap('create', async () => {
      await k.ok('create', 'deployment', 'other', '--image=bookinfo/details:v1');
      await k.ok('wait', '--for=condition=Available', 'deployment/other', '--timeout=30s');
    });
  });

  test.each([
    ['exec', ['exec', 'deployment/web', '--', 'true']],
  ])('names what it does not do: %s', async (gap, args) => {
    await orGap(gap, async () => {
      await k.ok(...args);
    });
  });

  test('deletes', async () => {
    expect(await k.ok('delete', 'pod', '-l', 'app=web')).toMatch(/^pod "web-\S+" deleted/);
    await k.ok('delete', '-f', WEB);
    await k.ok('wait', '--for=delete', 'pod', '-l', 'app=web', '--timeout=30s').catch((error: unknown) => {
      if (!String(error).includes('no matching resources found')) throw error;
    });
    await k.ok('delete', 'namespace', k.namespace, '--timeout=30s');
    expect((await k.run(['get', 'namespace', k.namespace])).stderr).toMatch(/NotFound/);
  });
});

/** Does what may be a known gap: then it must fail in the way that is known. */
async function orGap(verb: string, work: () => Promise<void>): Promise<void> {
  const gap = knownGaps[verb];
  try {
    await work();
  } catch (error) {
    if (gap === undefined || !gap.says.test(error instanceof Error ? `${error.message}\n${actual(error)}` : '')) throw error;
  }
}

/** What an assertion was made about. */
const actual = (error: Error): string => ('actual' in error ? String(error.actual) : '');
