import { resources } from '../../src/kubernetes/resources.js';
import type { Release } from '../../src/model/release.js';
import { serinResources } from '../../src/model/resources.js';
import { eventually, logOf, type TestCluster } from './local-cluster.js';
import { workload } from './shop-manifests.js';

/** A shop whose versions are Deployments that its users run, in a namespace of its own. */
export class VersionsShop {
  readonly #cluster: () => TestCluster;
  readonly #namespace: string;

  /** @param cluster asked for when it is needed: tests begin before their cluster does */
  constructor(cluster: () => TestCluster, namespace: string) {
    this.#cluster = cluster;
    this.#namespace = namespace;
  }

  get #key(): { readonly namespace: string; readonly name: 'shop' } {
    return { namespace: this.#namespace, name: 'shop' };
  }

  readonly policyIs = (phase: string) =>
    eventually(`the policy is ${phase}`, async () => (await this.#cluster().client.get(serinResources.releasePolicies, this.#key)).status?.phase === phase);

  /** Asks for a version. */
  readonly want = (name: string) => this.#cluster().client.patch(serinResources.releasePolicies, this.#key, { kind: 'merge', body: { spec: { workload: { versions: { want: name } } } } });

  /** Tells a release something. */
  readonly patch = (name: string, spec: Partial<Release['spec']>) => this.#cluster().client.patch(serinResources.releases, { namespace: this.#namespace, name }, { kind: 'merge', body: { spec } });

  readonly until = async (name: string, what: string, condition: (release: Release) => boolean): Promise<Release> => {
    let last: Release | undefined;
    try {
      return await eventually(`${name} ${what}`, async () => {
        last = await this.#cluster().client.find(serinResources.releases, { namespace: this.#namespace, name });
        return last && condition(last) ? last : undefined;
      }, 60);
    } catch (error) {
      throw new Error(`${String(error)} last seen: ${last?.status?.phase ?? 'nothing'}: ${last?.status?.message ?? ''}\n${await logOf(this.#cluster(), 'serin')}`, { cause: error });
    }
  };

  readonly pausing = (name: string) => this.until(name, 'pauses', ({ status }) => status?.message?.includes('serin resume') === true);

  /** Makes the Deployment of a version, such as `shop-v1` for the image `example/shop:v1`. */
  readonly deploy = async (name: 'shop-v1' | 'shop-v2', replicas: number): Promise<void> => {
    const namespace = this.#namespace;
    const [, , deployment] = workload({ namespace, image: `example/shop:${name.slice(5)}`, replicas });
    const labels = { app: 'shop', revision: name };
    const { spec } = deployment;
    await this.#cluster().client.create(resources.deployments, { ...deployment, metadata: { name, namespace }, spec: { ...spec, selector: { matchLabels: labels }, template: { ...spec.template, metadata: { name: '', labels } } } });
  };
}
