import { systemClock, type Clock } from '../../ports/clock.js';
import { isRunning } from '../processes/process-identity.js';
import { clusterFiles } from './cluster-files.js';
import { readPlan } from './cluster-plan.js';
import { unreadiness } from './readiness.js';
import { readState, type PartState } from './supervisor-state.js';

export interface PartStatus extends PartState {
  readonly ready: boolean;
  /** Why it is not ready. */
  readonly waitsFor?: string;
  readonly log: string;
}

export interface ClusterStatus {
  readonly directory: string;
  /** Undefined where no cluster was ever up. */
  readonly name: string | undefined;
  /** `up`: all parts are ready. `broken`: the supervisor was killed; parts may still run, `down` ends them. */
  readonly status: 'down' | 'starting' | 'up' | 'stopping' | 'failed' | 'broken';
  readonly problem?: { readonly code: string; readonly message: string };
  readonly kubeconfig: string;
  /** kubectl's `--context`. */
  readonly context: string;
  readonly apiUrl?: string;
  /** Port of 127.0.0.1 at which the ingress gateway listens. */
  readonly ingressPort?: number;
  readonly podRange?: string;
  readonly serviceRange?: string;
  readonly parts: readonly PartStatus[];
}

/** How the cluster in this folder fares, looked at now. */
export async function clusterStatus(directory: string, clock: Clock = systemClock): Promise<ClusterStatus> {
  const files = clusterFiles(directory);
  const [plan, state] = [await readPlan(files.plan), await readState(files.supervisor)];
  const common = { directory, name: plan?.name, kubeconfig: files.kubeconfig, context: `serin-${plan?.name ?? ''}` };
  if (state === undefined) return { ...common, status: 'down', parts: [] };
  if (!isRunning(state.process)) {
    const { status, problem } = state;
    return { ...common, status: status === 'failed' ? 'failed' : 'broken', ...(problem === undefined ? {} : { problem }), parts: [] };
  }
  const parts = await Promise.all(
    (plan?.parts ?? []).map(async ({ name, ready }): Promise<PartStatus> => {
      const part = state.parts.find((each) => each.name === name) ?? { name, status: 'starting', restarts: 0 };
      const waitsFor = await unreadiness(ready, part, files, clock);
      return { ...part, ready: waitsFor === undefined, ...(waitsFor === undefined ? {} : { waitsFor }), log: files.logOf(name) };
    }),
  );
  const { apiUrl, ingressPort, podRange, serviceRange } = state;
  return {
    ...common,
    status: state.status === 'up' && parts.some(({ ready }) => !ready) ? 'starting' : state.status,
    ...(apiUrl === undefined ? {} : { apiUrl }),
    ...(ingressPort === undefined ? {} : { ingressPort }),
    ...(podRange === undefined ? {} : { podRange }),
    ...(serviceRange === undefined ? {} : { serviceRange }),
    parts,
  };
}
