import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** What the numbers were measured on. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const [load = 0] = loadavg();
  return `${availableParallelism()} × ${cpu?.model.trim() ?? 'unknown processor'}, ${memory} GiB, Linux ${release()}, Node ${process.version}, ${new Date().toISOString().slice(0, 16)}Z, load average at the start ${load.toFixed(1)}${load > availableParallelism() / 2 ? ' (others were using the machine)' : ''}`;
}

/** Ticks per second of the times in /proc; 100 on every Linux that Node runs on. */
const TICKS = 100;

/** Processor seconds that a process and its threads have used so far. NaN where it is gone or /proc is missing. */
export function processorSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return Number.NaN;
  }
}

/** Processor seconds so far: of everybody on this machine, and of this process with all its children that have ended. */
export function usedProcessorSeconds(): { readonly all: number; readonly own: number } {
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0] = (/^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? '').split(' ').map(Number);
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const own = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 15).map(Number);
  return { all: (user + nice + system + interrupts + softInterrupts) / TICKS, own: own.reduce((sum, each) => sum + each, 0) / TICKS };
}

/** KiB of a process that are resident; cheaper to ask for than `memoryOf`. NaN where it is gone. */
export const residentOf = (pid: number): number => statusField(pid, 'VmRSS');

/** KiB that were resident at most since the process began. NaN where it is gone. */
export const highestResidentOf = (pid: number): number => statusField(pid, 'VmHWM');

function statusField(pid: number, name: string): number {
  try {
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN);
  } catch {
    return Number.NaN;
  }
}

/** KiB of a process: resident, and its proportional part where pages are shared. Undefined where it is gone. */
export function memoryOf(pid: number): { readonly rss: number; readonly pss: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN);
    return { rss: field('Rss'), pss: field('Pss') };
  } catch {
    return undefined;
  }
}
