import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../ports/clock.js';

/** Whether this machine has the real one; see scripts/install-tools.sh. */
export const hasPrometheus = spawnSync('prometheus', ['--version']).status === 0;

/** Milliseconds. */
const PATIENCE = 30_000;

export interface RunningPrometheus {
  /** Such as http://127.0.0.1:34567. */
  readonly address: string;
  /** When the newest sample of a Pod was taken, in seconds since the epoch; undefined when there is none. */
  newest(metric: string, pod: string): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** Starts a real Prometheus that asks each target once a second and names it by the label `pod`. @param targets host and port by Pod */
export function startPrometheus(targets: Readonly<Record<string, string>>): Promise<RunningPrometheus> {
  const static_configs = Object.entries(targets).map(([pod, target]) => ({ targets: [target], labels: { pod } }));
  return startPrometheusWith({ global: { scrape_interval: '1s', scrape_timeout: '1s' }, scrape_configs: [{ job_name: 'pods', static_configs }] });
}

/** Starts a real Prometheus. @param configuration what is in its file */
export async function startPrometheusWith(configuration: object): Promise<RunningPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'serin-prometheus-'));
  // JSON is YAML.
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(configuration));
  const child = spawn('prometheus', [`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder, 'data')}`, '--web.listen-address=127.0.0.1:0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  // It says which port it was given: one that was free before may be somebody else's by now.
  const addressSaid = (): string | undefined => /msg="Listening on".* address=(127\.0\.0\.1:[1-9]\d*)/.exec(said)?.[1];
  let address = '';
  try {
    for (const end = systemClock.monotonic() + PATIENCE; address === '' || !(await isReady(address)); await systemClock.sleep(100)) {
      if (child.exitCode !== null) throw new Error(`prometheus ended with ${child.exitCode}: ${said}`);
      if (systemClock.monotonic() > end) throw new Error(`prometheus is not ready: ${said}`);
      const found = addressSaid();
      if (found !== undefined) address = `http://${found}`;
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    address, stop,
    async newest(metric, pod) {
      const answer = await fetch(`${address}/api/v1/query?${new URLSearchParams({ query: `max(timestamp(${metric}{pod="${pod}"}))` }).toString()}`);
      const { data } = (await answer.json()) as { data?: { result?: { value: [number, string] }[] } };
      const found = data?.result?.[0]?.value[1];
      return found === undefined ? undefined : Number(found);
    },
  };
}

const isReady = (address: string): Promise<boolean> => fetch(`${address}/-/ready`).then(({ ok }) => ok, () => false);
