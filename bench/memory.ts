import { readdirSync, readFileSync } from 'node:fs';
import { clusterFiles } from '../src/local/supervisor/cluster-files.js';
import { readState } from '../src/local/supervisor/supervisor-state.js';
import { systemClock } from '../src/ports/clock.js';
import { startBookinfo, startTraffic } from './harness/local-cluster.js';
import { memoryOf } from './harness/machine.js';
import { digits } from './harness/numbers.js';
import { NotRun, type Subject } from './harness/subject.js';

const RATE = 50;
const SECONDS = 10;

export const memory: Subject = {
  name: 'memory',
  title: 'Memory of a local cluster that runs bookinfo under load',
  about:
    `All processes of a fresh local cluster with bookinfo (six Pods and Serin's controller) after ${SECONDS} s of ${RATE} requests a second for the product page, which calls all services. RSS counts pages that processes share ` +
    'once for each of them; PSS counts them once in all, so that its total is what the machine has less. Neither holds the page cache of files, nor growth over hours.',
  async measure(bench) {
    const { directory, ingress, secondsUp, secondsBookinfo, status } = await startBookinfo(bench);
    const traffic = startTraffic(`${ingress}/productpage`, RATE, 1);
    await systemClock.sleep(SECONDS * 1000);
    const supervisor = (await readState(clusterFiles(directory).supervisor))?.process.pid;
    if (supervisor === undefined) throw new NotRun('the supervisor of the local cluster is gone');
    const parts = new Map(status.parts.flatMap(({ name, process }) => (process ? [[process.pid, name] as const] : [])));
    const measured = descendants(supervisor).flatMap((pid) => {
      const memory = memoryOf(pid);
      return memory ? [{ name: pid === supervisor ? 'supervisor' : (parts.get(pid) ?? `Pod: ${programOf(pid)}`), ...memory }] : [];
    });
    const { sent, failed } = await traffic.stop();
    if (measured.length === 0) throw new NotRun('there is no /proc/<pid>/smaps_rollup on this system');
    const total = measured.reduce((sum, { rss, pss }) => ({ rss: sum.rss + rss, pss: sum.pss + pss }), { rss: 0, pss: 0 });
    const row = (name: string, { rss, pss }: { rss: number; pss: number }): string[] => [name, mebibytes(rss), mebibytes(pss), `${((pss / total.pss) * 100).toFixed(0)} %`];
    return {
      columns: ['process', 'RSS', 'PSS', 'part of PSS'],
      rows: [...measured.map((each) => row(each.name, each)), row(`all ${measured.length}`, total)],
      findings: [
        `\`serin local up\` took ${digits(secondsUp)} s until all parts were ready; bookinfo took another ${digits(secondsBookinfo)} s until all its Pods were ready and its policy at rest.`,
        `${sent} requests, ${failed} failed.`,
      ],
    };
  },
};

const mebibytes = (kibibytes: number): string => `${(kibibytes / 1024).toFixed(1)} MiB`;

/** A process and all below it, parents first. */
function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    const parent = Number.isInteger(pid) ? parentOf(pid) : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found: number[] = [];
  for (let next: number[] = [root]; next.length > 0; next = next.flatMap((pid) => children.get(pid) ?? [])) found.push(...next);
  return found;
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** The script that a Node process runs. */
function programOf(pid: number): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.find((word) => /\.m?js$/.test(word))?.replace(/.*\//, '') ?? words[0] ?? '?';
  } catch {
    return '?';
  }
}
