import type { OriginalController } from '../other-controller.js';

/** Where KubeVela is installed unless it is told otherwise. */
const NAMESPACE = 'vela-system';

/** KubeVela's own controller of Applications. */
export const kubevelaController: OriginalController = {
  title: "KubeVela's own controller",
  object: 'Application',
  // With its version and its shard behind it.
  leases: { namespace: NAMESPACE, name: /^kubevela(-[a-z0-9-]+)?$/ },
  // People and tools write `workflow` alone, to resume or to terminate.
  statusFields: ['f:status', 'f:conditions', 'f:services', 'f:latestRevision', 'f:appliedResources'],
  // It looks at each Application every five minutes.
  quiet: 300_000,
  remedy: `Serin does nothing about Applications while it does: stop it (kubectl -n ${NAMESPACE} scale deployment kubevela-vela-core --replicas=0), or start Serin without --frontends=kubevela.`,
};
