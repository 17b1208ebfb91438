import { createClient } from '../../../../src/cluster/create-client.js';
import type { ClusterClient } from '../../../../src/cluster/client.js';
import type { HttpTransport } from '../../../../src/cluster/http-transport.js';
import { loadKubeconfig } from '../../../../src/cluster/kubeconfig/load-kubeconfig.js';
import type { ApiRequest } from '../../../../src/ports/transport.js';

/** Speaks to an API server as anybody, with all rights that roles give: what is refused then is refused by admission. */
export class People {
  readonly #transport: HttpTransport;

  private constructor(transport: HttpTransport) {
    this.#transport = transport;
  }

  /** @param kubeconfig of an administrator, who may speak for others */
  static async open(kubeconfig: string): Promise<People> {
    return new People((await loadKubeconfig({ env: {}, path: kubeconfig })).transport);
  }

  named(user: string): ClusterClient {
    const as = (request: ApiRequest): ApiRequest => ({ ...request, headers: { ...request.headers, 'impersonate-user': user, 'impersonate-group': 'system:masters' } });
    return createClient({ request: (request) => this.#transport.request(as(request)), stream: (request) => this.#transport.stream(as(request)) }, { fieldManager: user });
  }

  async stop(): Promise<void> {
    await this.#transport.stop();
  }
}
