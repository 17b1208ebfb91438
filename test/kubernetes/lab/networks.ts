/** The addresses of one cluster in the laboratory's network namespace, where all of them can be bound. */
export interface LabNetwork {
  /** Of Pods: a /16. */
  readonly pods: string;
  /** Of Services: a /16. */
  readonly services: string;
  /** Of the API server and of the Service `kubernetes`: the first one of Services. */
  readonly apiServer: string;
  /** Of the Pods on a node. @param node from 0 */
  podRange(node: number): string;
}

const network = (index: number): LabNetwork => ({
  pods: `10.${podsOf(index)}.0.0/16`,
  services: `10.${96 + index}.0.0/16`,
  apiServer: `10.${96 + index}.0.1`,
  podRange: (node) => `10.${podsOf(index)}.${node}.0/24`,
});

/** Upwards from 10.244, where clusters commonly have them, as far as that goes. */
const podsOf = (index: number): number => (index < 12 ? 244 + index : 220 + index);

/** One for each cluster, as all may run at the same time; `namespace.sh` makes their addresses the machine's own. */
export const networks = {
  shared: network(0),
  dataPlanes: network(1),
  olderKubernetes: network(2),
  faults: network(3),
  lendingLines: network(4),
  firstCluster: network(5),
  watches: network(6),
  honest: network(7),
  kubevela: network(8),
  argoBeside: network(9),
  lendingHolds: network(10),
  installation: network(11),
  argoStories: network(12),
  recordedRollouts: network(13),
  recordedAnalyses: network(14),
  server: network(15),
  // Recordings are made while nothing else runs.
  documented: network(13),
} as const;
