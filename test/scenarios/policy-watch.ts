import { resources } from '../../src/kubernetes/resources.js';
import { hasEnded, type Release } from '../../src/model/release.js';
import type { ReleasePolicy } from '../../src/model/release-policy.js';
import { serinResources } from '../../src/model/resources.js';
import { eventually, logOf, type TestCluster } from './local-cluster.js';

/** A policy on a local cluster and its releases, as a test follows them. */
export class PolicyWatch {
  readonly #cluster: TestCluster;
  readonly #name: { readonly namespace: string; readonly name: string };

  constructor(cluster: TestCluster, namespace: string, name: string) {
    this.#cluster = cluster;
    this.#name = { namespace, name };
  }

  get(): Promise<ReleasePolicy> {
    return this.#cluster.client.get(serinResources.releasePolicies, this.#name);
  }

  /** The release of this number. */
  release(number: number): Promise<Release | undefined> {
    const { namespace, name } = this.#name;
    return this.#cluster.client.find(serinResources.releases, { namespace, name: `${name}-${number}` });
  }

  /** Waits until the policy rests and has seen its last change. */
  async atRest(): Promise<ReleasePolicy> {
    let last: ReleasePolicy | undefined;
    try {
      return await eventually(`policy ${this.#name.name} rests`, async () => {
        last = await this.get();
        const { metadata, status } = last;
        return status?.phase === 'Resting' && status.observedGeneration === metadata.generation ? last : undefined;
      }, 30);
    } catch (error) {
      throw await this.#told(error, last?.status?.phase, last?.status?.message);
    }
  }

  /** Waits until a release is as wanted. @throws Error with where it stands and the controller's log when it is not in time */
  async until(number: number, what: string, condition: (release: Release) => boolean): Promise<Release> {
    let last: Release | undefined;
    try {
      return await eventually(`${this.#name.name}-${number}: ${what}`, async () => {
        last = await this.release(number);
        return last && condition(last) ? last : undefined;
      }, 30);
    } catch (error) {
      throw await this.#told(error, last?.status?.phase, last?.status?.message);
    }
  }

  /** Waits until a release stands at the step of this index and its message says that it pauses. */
  pausesAt(number: number, index: number): Promise<Release> {
    return this.until(number, `pauses at step ${index}`, ({ status }) => status?.step.index === index && status.message?.startsWith('Pauses until someone') === true);
  }

  ended(number: number): Promise<Release> {
    return this.until(number, 'ends', ({ status }) => hasEnded(status?.phase ?? 'Preparing'));
  }

  /** Says which of the versions that users run is to be released. */
  async want(deployment: string): Promise<void> {
    await this.#cluster.client.patch(serinResources.releasePolicies, this.#name, { kind: 'merge', body: { spec: { workload: { versions: { want: deployment } } } } });
  }

  /** Ready Pods of a Deployment. */
  async ready(deployment: string): Promise<number> {
    const found = await this.#cluster.client.find(resources.deployments, { namespace: this.#name.namespace, name: deployment });
    return found?.status?.readyReplicas ?? 0;
  }

  async #told(error: unknown, phase = 'nothing', message = ''): Promise<Error> {
    return new Error(`${String(error)} last seen: ${phase}: ${message}\n${await logOf(this.#cluster, 'serin')}`, { cause: error });
  }
}
