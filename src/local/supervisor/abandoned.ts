import { mkdir, rm } from 'node:fs/promises';
import type { Clock } from '../../ports/clock.js';
import { endProcessGroup } from '../processes/process-ending.js';
import type { ClusterFiles } from './cluster-files.js';
import type { ClusterPlan } from './cluster-plan.js';
import { fillPlaceholders } from './parts.js';
import { spawnProgram, untilExit } from './program.js';
import { SupervisorError } from './supervisor-error.js';
import type { SupervisorState } from './supervisor-state.js';

const PATIENCE_MILLISECONDS = 15_000;

/** Ends the parts that a killed supervisor recorded, and what they in turn left running; then forgets it. */
export async function removeAbandoned(files: ClusterFiles, plan: ClusterPlan | undefined, state: SupervisorState | undefined, clock: Clock): Promise<void> {
  for (const { process } of (state?.parts ?? []).toReversed()) if (process !== undefined) await endProcessGroup(process, PATIENCE_MILLISECONDS, clock);
  await mkdir(files.logs, { recursive: true, mode: 0o700 });
  for (const { name, script, cleanUp } of plan?.parts ?? []) {
    if (cleanUp === undefined) continue;
    const known = { directory: files.directory, kubeconfig: files.kubeconfigOf(name), podRange: '', serviceRange: '', apiPort: '', ingressPort: '', name: plan?.name ?? '' };
    await untilExit(spawnProgram([script, ...fillPlaceholders(cleanUp, known)], files.logOf(name)));
  }
  await rm(files.supervisor, { force: true });
}

export function alreadyUp(files: ClusterFiles, { process }: SupervisorState): SupervisorError {
  return new SupervisorError('AlreadyUp', `the cluster in ${files.directory} is up already (process ${process.pid})`);
}
