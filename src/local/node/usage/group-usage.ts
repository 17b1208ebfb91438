import { readFile, readdir } from 'node:fs/promises';
import os from 'node:os';

/** What the processes of one group, or all, have used up and hold. */
export interface GroupUsage {
  /** Milliseconds of processor time since they started, children that have ended included. */
  readonly cpu: number;
  /** Bytes in memory. */
  readonly memory: number;
}

/** Linux counts processor time for user space in hundredths of a second. */
const TICK_MILLISECONDS = 10;

/**
 * The usage of process groups, by the pid of their leader. A group that is gone is missing.
 * @throws Error where the system has no /proc
 */
export async function groupUsages(leaders: ReadonlySet<number>): Promise<Map<number, GroupUsage>> {
  const usages = new Map<number, GroupUsage>();
  if (leaders.size === 0) return usages;
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined) continue;
    // The second field is the command in parentheses and may hold anything; the fields after it are counted from the third.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const group = Number(fields[2]);
    if (!leaders.has(group)) continue;
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number);
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    const { cpu, memory } = usages.get(group) ?? { cpu: 0, memory: 0 };
    usages.set(group, { cpu: cpu + (user + system + endedUser + endedSystem) * TICK_MILLISECONDS, memory: memory + kibibytes * 1024 });
  }
  return usages;
}

/** The usage of the whole machine. */
export function machineUsage(): GroupUsage {
  const cpu = os.cpus().reduce((total, { times }) => total + times.user + times.nice + times.sys + times.irq, 0);
  return { cpu, memory: os.totalmem() - os.freemem() };
}
