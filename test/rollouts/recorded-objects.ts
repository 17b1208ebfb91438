import { ARGO_API_VERSION } from '../../src/frontends/argo/resources.js';
import { isRecord } from '../../src/kubernetes/json.js';
import type { KubernetesObject } from '../../src/kubernetes/objects.js';
import type { RolloutState } from './rollout-state.js';

const GENERATION = 2;

/** The Rollout of a recorded state, with all that a tool needs to judge its health; then its AnalysisRuns and Experiments. */
export function recordedObjects({ spec, phase, message, isObserved, analysisRuns, experiments }: RolloutState): KubernetesObject[] {
  const rollout = {
    apiVersion: ARGO_API_VERSION, kind: 'Rollout', metadata: { name: 'shop', generation: GENERATION },
    spec: { ...(isRecord(spec) ? spec : {}), strategy: { canary: {} } },
    status: { phase, message, observedGeneration: String(isObserved === true ? GENERATION : GENERATION - 1), conditions: [] },
  };
  return [rollout, ...measuring('AnalysisRun', analysisRuns), ...measuring('Experiment', experiments)];
}

function measuring(kind: string, recorded: unknown): KubernetesObject[] {
  return Object.entries(isRecord(recorded) ? recorded : {}).map(([name, state]) => ({ apiVersion: ARGO_API_VERSION, kind, metadata: { name }, status: isRecord(state) ? { phase: state['phase'], message: state['message'] } : {} }));
}
