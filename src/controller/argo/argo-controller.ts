import type { OriginalController } from '../other-controller.js';

/** Where Argo Rollouts is installed unless it is told otherwise. */
const NAMESPACE = 'argo-rollouts';

/** Argo Rollouts' own controller. */
export const argoController: OriginalController = {
  title: "Argo Rollouts' own controller",
  object: 'Rollout',
  leases: { namespace: NAMESPACE, name: /^argo-rollouts-controller-lock$/ },
  // People and tools write abort, pauseConditions, controllerPause, promoteFull and currentStepIndex, as commands.
  statusFields: ['f:phase', 'f:conditions', 'f:observedGeneration', 'f:currentPodHash', 'f:stableRS', 'f:availableReplicas', 'f:HPAReplicas', 'f:metricResults', 'f:templateStatuses'],
  // It looks at each Rollout every fifteen minutes, and far more often while anything moves.
  quiet: 900_000,
  remedy: `Serin does nothing about Rollouts while it does: stop it (kubectl -n ${NAMESPACE} scale deployment argo-rollouts --replicas=0), or start Serin without --frontends=argo.`,
};
