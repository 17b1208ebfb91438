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
  pods: `10.${244 + index}.0.0/16`,
  services: `10.${96 + index}.0.0/16`,
  apiServer: `10.${96 + index}.0.1`,
  podRange: (node) => `10.${244 + index}.${node}.0/24`,
});

/** For clusters that run at the same time; `namespace.sh` makes their addresses the machine's own. The first is the shared one's. */
export const networks = [network(0), network(1), network(2), network(3), network(4), network(5), network(6), network(7)] as const;
