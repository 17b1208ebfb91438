import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '../../src/cluster/create-client.js';
import type { ClusterClient } from '../../src/cluster/client.js';
import { TransportError } from '../../src/cluster/transport-error.js';
import { loadKubeconfig } from '../../src/cluster/kubeconfig/load-kubeconfig.js';
import { systemClock } from '../../src/ports/clock.js';

/** The built command; another build than `dist` is tested with SERIN_DIST. */
const CLI = join(process.env['SERIN_DIST'] ?? join(import.meta.dirname, '../../dist'), 'cli/main.js');
const run = promisify(execFile);

/** A local cluster of a test's own, started as a person starts it. */
export interface TestCluster {
  readonly directory: string;
  readonly kubeconfig: string;
  readonly client: ClusterClient;
  /** `http://127.0.0.1:<port>` of the ingress gateway. */
  readonly ingress: string;
  /** Runs `serin` with these arguments against the cluster. */
  serin(...args: string[]): Promise<{ stdout: string; stderr: string; code: number }>;
  /** Process id of a part, such as `serin` or `api`. */
  pidOf(part: string): Promise<number>;
  stop(): Promise<void>;
}

/** Without the web page. @param args more arguments for `serin local up` */
export async function startTestCluster(...args: string[]): Promise<TestCluster> {
  if (!existsSync(CLI)) throw new Error(`${CLI} is missing: run make build first`);
  const directory = await mkdtemp(join(tmpdir(), 'serin-test-'));
  const call = async (...each: string[]): Promise<{ stdout: string; stderr: string; code: number }> => {
    try {
      return { ...(await run(process.execPath, [CLI, ...each], { env: { ...process.env, KUBECONFIG: join(directory, 'kubeconfig') }, maxBuffer: 64 * 1024 * 1024 })), code: 0 };
    } catch (error) {
      const { stdout = '', stderr = '', code } = error as { stdout?: string; stderr?: string; code?: unknown };
      return { stdout, stderr, code: typeof code === 'number' ? code : 1 };
    }
  };
  const up = await call('local', 'up', '--directory', directory, '--name', 'test', '--no-dashboard', ...args);
  if (up.code !== 0) throw new Error(`serin local up: ${up.stderr}${up.stdout}`);
  const status = async (): Promise<{ ingressPort: number; parts: { name: string; process?: { pid: number } }[] }> =>
    JSON.parse((await call('local', 'status', '--directory', directory, '--name', 'test', '-o', 'json')).stdout) as { ingressPort: number; parts: { name: string; process?: { pid: number } }[] };
  const kubeconfig = join(directory, 'kubeconfig');
  const { transport } = await loadKubeconfig({ env: process.env, path: kubeconfig });
  return {
    directory,
    kubeconfig,
    client: createClient(transport, { fieldManager: 'test' }),
    ingress: `http://127.0.0.1:${(await status()).ingressPort}`,
    serin: call,
    async pidOf(part) {
      const pid = (await status()).parts.find(({ name }) => name === part)?.process?.pid;
      if (pid === undefined) throw new Error(`part ${part} has no process`);
      return pid;
    },
    async stop() {
      await transport.stop();
      await call('local', 'reset', '--directory', directory, '--name', 'test');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Waits until the condition answers something. @throws Error with what was seen last when it does not in time */
export async function eventually<T>(what: string, condition: () => Promise<T | undefined | false>, seconds = 60, seen: () => string = () => ''): Promise<T> {
  for (const end = systemClock.monotonic() + seconds * 1000; systemClock.monotonic() < end; await systemClock.sleep(100)) {
    // A server that is being killed on purpose does not answer for a while.
    const answer = await condition().catch((error: unknown) => {
      if (error instanceof TransportError) return undefined;
      throw error;
    });
    if (answer !== undefined && answer !== false) return answer;
  }
  throw new Error(`not within ${seconds} s: ${what}. ${seen()}`);
}

/** The end of a part's log, for messages of failing tests. */
export async function logOf(cluster: TestCluster, part: string): Promise<string> {
  return (await readFile(join(cluster.directory, 'logs', `${part}.log`), 'utf8').catch(() => '')).split('\n').slice(-15).join('\n');
}
