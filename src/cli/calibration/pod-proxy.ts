import type { ClusterClient } from '../../cluster/client.js';

/** A place in a Pod that answers over HTTP. */
export interface PodPlace {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
  /** With a query, if there is one. */
  readonly path: string;
}

/** Asks a Pod through the API server, which takes the right to get pods/proxy. @throws ApiError, TransportError */
export function askPod(client: ClusterClient, { namespace, name, port, path }: PodPlace, signal: AbortSignal): Promise<string> {
  const [plain = '', query] = path.split('?', 2);
  return client.raw(`/api/v1/namespaces/${namespace}/pods/${name}:${port}/proxy${plain}`, query === undefined ? undefined : new URLSearchParams(query), { signal });
}
