import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { applyBookinfo, imageTable, NAMESPACE, waitsFor } from '../../src/cli/demo/bookinfo.js';
import type { ClusterClient } from '../../src/cluster/client.js';
import { createClient } from '../../src/cluster/create-client.js';
import { loadKubeconfig } from '../../src/cluster/kubeconfig/load-kubeconfig.js';
import { runLoad } from '../../src/local/load/load.js';
import type { LoadReport } from '../../src/local/load/tally.js';
import { clusterStatus, type ClusterStatus } from '../../src/local/supervisor/cluster-status.js';
import { systemClock } from '../../src/ports/clock.js';
import { seededRandom } from '../../src/ports/random.js';
import { NotRun, type Bench } from './subject.js';

/** As a person runs it; of the same build as the code that measures it. */
const CLI = join(import.meta.dirname, '../../src/cli/main.js');
/** Longer than any machine takes that is of use here, in seconds. */
const PATIENCE = 180;

export interface BookinfoCluster {
  readonly directory: string;
  readonly client: ClusterClient;
  /** `http://127.0.0.1:<port>` of the ingress gateway. */
  readonly ingress: string;
  readonly status: ClusterStatus;
  /** Seconds from the command to its end, with all parts ready. */
  readonly secondsUp: number;
  /** Seconds from the first object of bookinfo to all Pods ready and the policy at rest. */
  readonly secondsBookinfo: number;
}

/** A local cluster of the bench's own that runs bookinfo. */
export async function startBookinfo({ owner, note }: Bench): Promise<BookinfoCluster> {
  const directory = await owner.directory();
  const serin = (...args: string[]): Promise<unknown> => promisify(execFile)(process.execPath, [CLI, 'local', ...args, '--directory', directory, '--name', 'bench']);
  note('starts a local cluster');
  owner.defer(() => serin('reset'));
  let from = systemClock.monotonic();
  const seconds = (): number => (systemClock.monotonic() - from) / 1000;
  await serin('up', '--no-dashboard', '--images', imageTable).catch((error: unknown) => {
    throw new NotRun(`serin local up: ${error instanceof Error ? error.message : String(error)}`);
  });
  const secondsUp = seconds();
  const { transport } = await loadKubeconfig({ env: process.env, path: join(directory, 'kubeconfig') });
  owner.defer(() => transport.stop());
  const client = createClient(transport, { fieldManager: 'bench' });
  from = systemClock.monotonic();
  await applyBookinfo(client);
  await eventually('bookinfo is up and at rest', async () => (await waitsFor(client)) === undefined);
  const secondsBookinfo = seconds();
  const status = await clusterStatus(directory);
  if (status.ingressPort === undefined) throw new Error('the local cluster has no ingress port');
  return { directory, client, status, ingress: `http://127.0.0.1:${status.ingressPort}`, secondsUp, secondsBookinfo };
}

/** @throws NotRun when the machine does not get there */
export async function eventually(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (const end = systemClock.monotonic() + PATIENCE * 1000; !(await condition()); await systemClock.sleep(50)) {
    if (systemClock.monotonic() > end) throw new NotRun(`not within ${PATIENCE} s: ${what}`);
  }
}

/** Sends requests, open loop with Poisson arrivals, until told to stop. */
export function startTraffic(url: string, rate: number, seed: number): { stop(): Promise<LoadReport> } {
  const ending = new AbortController();
  const report = runLoad(
    { url, rate, arrivals: 'poisson', clock: systemClock, random: seededRandom(seed), users: { count: 500, carrier: { cookie: 'user' } }, observe: { header: 'x-reviews-version' } },
    ending.signal,
  );
  report.catch(() => undefined);
  return {
    stop() {
      ending.abort(new Error('enough'));
      return report;
    },
  };
}

export { NAMESPACE };
