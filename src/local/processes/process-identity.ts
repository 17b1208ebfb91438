import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque text: when the process started, as the system tells it, and in which boot. */
  readonly started: string;
}

interface ProcessState {
  readonly started: string;
  readonly zombie: boolean;
  readonly group: number;
}

/** Who has this pid now; undefined when nobody has, or only a dead child that nobody has waited for. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const state = stateOf(pid);
  return state === undefined || state.zombie ? undefined : { pid, started: state.started };
}

/** Whether that very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.started === identity.started;
}

/**
 * Whether the process group that `leader` started still has living members, the leader among them or not. A pid is not
 * given away again while a group has that number, so with the leader gone its group can only be the old one.
 */
export function isGroupRunning(leader: ProcessIdentity): boolean {
  const state = stateOf(leader.pid);
  if (state !== undefined && state.started !== leader.started) return false;
  if (state !== undefined && !state.zombie) return true;
  return hasLivingMembers(leader.pid);
}

function hasLivingMembers(group: number): boolean {
  if (process.platform === 'linux') {
    return readdirSync('/proc').some((entry) => {
      if (!/^\d+$/.test(entry)) return false;
      const state = stateOf(Number(entry));
      return state?.group === group && !state.zombie;
    });
  }
  return canSignal(-group);
}

function canSignal(target: number): boolean {
  try {
    process.kill(target, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function stateOf(pid: number): ProcessState | undefined {
  return process.platform === 'linux' ? linuxState(pid) : portableState(pid);
}

function linuxState(pid: number): ProcessState | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the command in parentheses and may hold anything; the third is the state, the 22nd the start.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = '', , group = ''] = fields;
  const started = fields[19] ?? '';
  return { started: `${bootId()} ${started}`, zombie: state === 'Z' || state === 'X', group: Number(group) };
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function portableState(pid: number): ProcessState | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,pgid=,lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const [state = '', group = '', ...started] = line.trim().split(/\s+/);
    return { started: started.join(' '), zombie: state.startsWith('Z'), group: Number(group) };
  } catch {
    return undefined;
  }
}
