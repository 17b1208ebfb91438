import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findTool } from '../kubernetes/lab/programs.js';
import { run } from '../started/run.js';
import { project, serin, startCluster, type StartedCluster } from '../started/started-cluster.js';
import { kubectls, type Kubectl } from './kubectls.js';

const laboratory = findTool('kubernetes');
const newest = 'programs' in laboratory ? laboratory.programs['kubectl'] : undefined;
const tried: readonly Kubectl[] = [...kubectls(), ...(newest === undefined ? [] : [{ name: 'of the laboratory', path: newest }])];
if (tried.length === 0) console.warn('NOT RUN: port-forwards by kubectl: there is no kubectl; see scripts/install-tools.sh.');

let cluster: StartedCluster;
const kubectl = tried[0]?.path ?? '';
beforeAll(async () => {
  if (tried.length === 0) return;
  cluster = await startCluster();
  await ok(kubectl, 'apply', '-f', join(project, 'test', 'kubectl', 'web.yaml'));
  await ok(kubectl, 'wait', '--for=condition=Available', 'deployment/web', '--timeout=60s');
});
afterAll(() => cluster?.remove());

const arguments_ = (args: readonly string[]): string[] => ['--kubeconfig', cluster.kubeconfig, ...args];

async function ok(path: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(path, arguments_(args), { env: cluster.env });
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}

/** A `kubectl port-forward` that goes on. */
class Forward {
  readonly #child: ChildProcess;
  readonly ended: Promise<unknown>;
  #seen = '';
  #wake: () => void = () => undefined;

  constructor(path: string, ...args: string[]) {
    this.#child = spawn(path, arguments_(['port-forward', ...args]), { env: cluster.env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#seen += chunk.toString();
        this.#wake();
      });
    }
    this.ended = once(this.#child, 'close').then(() => this.#wake());
  }

  /** Waits for something that it prints. */
  async says(wanted: RegExp): Promise<string> {
    for (;;) {
      const found = wanted.exec(this.#seen);
      if (found) return found[1] ?? found[0];
      if (this.#child.exitCode !== null) throw new Error(`kubectl port-forward ended: ${this.#seen}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async port(): Promise<number> {
    return Number(await this.says(/Forwarding from 127\.0\.0\.1:(\d+)/));
  }

  async stop(): Promise<void> {
    this.#child.kill();
    await this.ended;
  }
}

async function withForward(path: string, args: readonly string[], work: (forward: Forward) => Promise<void>): Promise<void> {
  const forward = new Forward(path, ...args);
  try {
    await work(forward);
  } finally {
    await forward.stop();
  }
}

describe.each(tried)('kubectl port-forward, $name', ({ path }) => {
  test.each([['a Pod', 'pod'], ['a Service', 'service/web'], ['a Deployment', 'deployment/web']])('to %s', async (_name, place) => {
    const target = place === 'pod' ? (await ok(kubectl, 'get', 'pods', '-l', 'app=web', '-o', 'name')).trim() : place;
    await withForward(path, [target, ':9080'], async (forward) => {
      const port = await forward.port();
      const answers = await Promise.all(Array.from({ length: 30 }, () => fetch(`http://127.0.0.1:${port}/details/0`)));
      for (const answer of answers) expect(await answer.json()).toMatchObject({ pages: 200 });
    });
  });

  test('says what cannot be reached, and ends as beside a real server', async () => {
    await withForward(path, ['deployment/web', ':81'], async (forward) => {
      const port = await forward.port();
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
      await forward.says(/error forwarding port 81 to pod web-\S+, uid \S+: failed to connect to 10\.244\.\d+\.\d+:81: dial tcp 10\.244\.\d+\.\d+:81: connect: connection refused/);
    });
  });

  test('is refused without the right', async () => {
    const { stdout } = await run(process.execPath, [serin, 'local', 'user', 'add', 'jane'], { env: cluster.env });
    const kubeconfig = /KUBECONFIG=(\S+)/.exec(stdout)?.[1] ?? '';
    await ok(kubectl, 'create', 'clusterrolebinding', 'jane-views', '--clusterrole=view', '--user=jane');
    const { code, stderr } = await run(path, ['--kubeconfig', kubeconfig, 'port-forward', 'deployment/web', ':9080'], { env: cluster.env });
    await ok(kubectl, 'delete', 'clusterrolebinding', 'jane-views');
    expect(code).toBe(1);
    expect(stderr).toMatch(/pods "web-\S+" is forbidden: User "jane" cannot create resource "pods\/portforward"/);
  });
});

describe.runIf(tried.length > 0)('a port-forward', () => {
  test('ends with the API server', async () => {
    const forward = new Forward(tried.at(-1)?.path ?? '', 'deployment/web', ':9080');
    const port = await forward.port();
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    const { code } = await run(process.execPath, [serin, 'local', 'down'], { env: cluster.env });
    expect(code).toBe(0);
    await forward.ended;
  });
});
