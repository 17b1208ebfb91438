import { systemClock } from '../../src/ports/clock.js';
import type { LabProcess } from '../../test/kubernetes/lab/lab-process.js';
import type { BenchCluster } from './cluster.js';

const LINES = 1000;

/** A controller that is asked through its own probes and metrics. */
export class ProbedController {
  readonly process: LabProcess;
  readonly #url: string;

  private constructor(process: LabProcess, url: string) {
    this.process = process;
    this.#url = url;
  }

  /** Resolves when its caches are filled: it leads, or could. */
  static async start(cluster: BenchCluster, name: string): Promise<ProbedController> {
    const process = await cluster.startSerin({ name, unready: true });
    let port: number | undefined;
    await process.until('serving probes', async () => (port = portIn(await process.lastLines(LINES))) !== undefined);
    const url = `http://127.0.0.1:${port ?? 0}`;
    await process.until('ready', async () => (await fetch(`${url}/readyz`)).ok, { seconds: 600 });
    return new ProbedController(process, url);
  }

  /** The value of a metric without labels. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.#url}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  }

  /** Waits until it leads and everything that is to be looked at has been. @returns the monotonic times of both */
  async untilIdle(seconds = 1800): Promise<{ readonly leading: number; readonly idle: number }> {
    await this.process.until('leading', async () => (await this.metric('serin_leading')) === 1, { seconds });
    const leading = systemClock.monotonic();
    await this.process.until('idle', async () => (await this.metric('serin_queue_depth')) === 0, { seconds });
    return { leading, idle: systemClock.monotonic() };
  }
}

/** The port of its probes, as its log tells. */
function portIn(lines: string): number | undefined {
  for (const line of lines.split('\n')) {
    const port = /"port":(\d+).*"serving probes and metrics"/.exec(line)?.[1];
    if (port !== undefined) return Number(port);
  }
  return undefined;
}
