import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabProcess } from '../lab/lab-process.js';
import { programPath } from '../lab/programs.js';
import { freePort } from './free-port.js';

/** An Envoy that runs. */
export interface Envoy {
  readonly process: LabProcess;
  /** What it holds now, as its admin page shows it. */
  configDump(): Promise<unknown>;
  /** Counters and gauges whose names match. @param filter a regular expression */
  statistics(filter: string): Promise<string>;
  stop(): Promise<void>;
}

/** For a page of an Envoy that runs, on a busy machine. */
const ANSWER_MILLISECONDS = 30_000;

/**
 * Starts Envoy and waits until it has everything that it waits for.
 * @param directory for its bootstrap and log
 * @param bootstrap given the port of its admin page
 * @param more of its arguments
 */
export async function startEnvoy(name: string, directory: string, bootstrap: (admin: number) => object, signal: AbortSignal, more: readonly string[] = []): Promise<Envoy> {
  const admin = await freePort();
  const file = join(directory, `${name}.json`);
  await writeFile(file, JSON.stringify(bootstrap(admin)));
  // One worker, as many as a small machine can spare; no shared memory, so that several can run.
  const args = ['--config-path', file, '--concurrency', '1', '--disable-hot-restart', '--log-level', 'warning', ...more];
  const process = LabProcess.start({ name, path: programPath('envoy'), args, log: join(directory, `${name}.log`) });
  // The signal is that of the start, which is long over when somebody asks.
  const page = async (path: string): Promise<Response> => {
    const answer = await fetch(`http://127.0.0.1:${admin}${path}`, { signal: AbortSignal.timeout(ANSWER_MILLISECONDS) });
    if (!answer.ok) throw new Error(`${name} answers ${answer.status} to ${path}`);
    return answer;
  };
  try {
    await process.until('ready', async () => (await page('/ready')).ok, { signal });
  } catch (error) {
    await process.stop();
    throw error;
  }
  return {
    process,
    configDump: async () => (await page('/config_dump?include_eds')).json(),
    statistics: async (filter) => (await page(`/stats?filter=${encodeURIComponent(filter)}`)).text(),
    stop: () => process.stop(),
  };
}
