import type { Experiment, ExperimentStatus } from '../../../frontends/argo/kinds/experiment.js';
import { argoResources } from '../../../frontends/argo/resources.js';
import type { ExperimentObservation } from '../../../frontends/argo/experiments/observation.js';
import { deepEqual } from '../../../kubernetes/json.js';
import { resources } from '../../../kubernetes/resources.js';
import { write } from '../../writes.js';
import { carryOut } from './carry-out.js';
import { experimentKey, type ExperimentContext, type ExperimentName } from './context.js';

/**
 * One pass over one Experiment: observe, decide, write the decision down, then do what is written down.
 * @returns when to look again, milliseconds since the epoch
 */
export async function reconcileExperiment(context: ExperimentContext, at: ExperimentName): Promise<number | undefined> {
  const key = experimentKey(at);
  const experiment = context.argo.experiments.get(at);
  // What it was turned into goes with it, by owner references.
  if (!experiment || experiment.metadata.deletionTimestamp !== undefined) return void context.refused.delete(key);
  const other = context.others.about(experiment);
  if (other) return other.until;
  const now = context.clock.now();
  const decision = context.advance(experiment, observe(context, at), now);
  const recorded = await record(context, experiment, decision.status);
  for (const { reason, text, type } of decision.events) context.events.note(recorded, { reason, message: text, type });
  const again = await carryOut(context, recorded, decision);
  return again ? now : decision.lookAgainAt;
}

function observe({ caches, argo, refused }: ExperimentContext, at: ExperimentName): ExperimentObservation {
  const { namespace } = at;
  const own = refused.get(experimentKey(at));
  return {
    replicaSets: caches.replicaSets.list({ namespace }),
    services: caches.routing(resources.services)?.list({ namespace }) ?? [],
    analysisRuns: argo.analysisRuns.list({ namespace }),
    known: { analysisTemplates: argo.analysisTemplates.list({ namespace }), ...(argo.clusterAnalysisTemplates ? { clusterAnalysisTemplates: argo.clusterAnalysisTemplates.list() } : {}) },
    ...(own ? { refused: own } : {}),
  };
}

/** Once a pass, and only what changed; guarded by the version that was decided on. Experiments have no subresource for it. */
async function record(context: ExperimentContext, experiment: Experiment, status: ExperimentStatus): Promise<Experiment> {
  if (deepEqual(experiment.status ?? {}, status)) return experiment;
  const { managedFields: _, ...metadata } = experiment.metadata;
  return write(context, 'experiment.status', context.argo.experiments, (client) => client.replace(argoResources.experiments, { ...experiment, metadata, status }));
}
