import type { Deployment } from '../../../src/kubernetes/generated/apps-v1.js';
import type { Service } from '../../../src/kubernetes/generated/core-v1.js';
import { resources } from '../../../src/kubernetes/resources.js';
import type { PolicySpec, ReleasePolicy } from '../../../src/model/release-policy.js';
import { serinResources } from '../../../src/model/resources.js';
import { eventually } from '../../scenarios/local-cluster.js';
import { policyOf, workload } from '../../scenarios/shop-manifests.js';
import { LabShop, PATIENCE } from './lab-shop.js';
import type { Lab } from './open-lab.js';

/** What of a policy is not the same for all shops. */
type Steered = Pick<PolicySpec, 'strategy' | 'router' | 'drain'>;

const REPLICAS = 2;
const versions = ['v1', 'v2'] as const;

/** What runs each version, `shop-v1` with two Pods and `shop-v2` with none, and a Service that leads to it alone. */
export function versionObjects(namespace: string): { readonly deployment: Deployment; readonly service: Service }[] {
  const [, service, deployment] = workload({ namespace });
  return versions.map((version) => {
    const metadata = { name: `shop-${version}`, namespace };
    const labels = { app: 'shop', version };
    const { template } = deployment.spec;
    const containers = template.spec?.containers.map((container) => ({ ...container, image: `example/shop:${version}` })) ?? [];
    const spec = { replicas: version === 'v1' ? REPLICAS : 0, selector: { matchLabels: labels }, template: { metadata: { name: '', labels }, spec: { ...template.spec, containers } } };
    return { deployment: { ...deployment, metadata, spec }, service: { ...service, metadata, spec: { ...service.spec, selector: labels } } };
  });
}

/** The example shop without a Deployment `shop`: its versions are Deployments of their own, or it is written in the policy. */
export class VersionedShop extends LabShop {
  /** A Deployment for each version, `shop-v2` at size 0. @param own whether each has a Service of its own beside the one that both share */
  static async openVersions(lab: Lab, namespace: string, { strategy, ...more }: Steered, own: boolean): Promise<VersionedShop> {
    const [place, service] = workload({ namespace });
    await lab.client.create(resources.namespaces, place);
    if (!own) await lab.client.create(resources.services, service);
    for (const each of versionObjects(namespace)) {
      await lab.client.create(resources.deployments, each.deployment);
      if (own) await lab.client.create(resources.services, each.service);
    }
    const shop = new VersionedShop(lab, namespace);
    const { service: _, ...spec } = policyOf(namespace, strategy, more.router, more).spec;
    const list = versions.map((version) => ({ deployment: `shop-${version}`, ...(own ? { service: `shop-${version}` } : {}) }));
    await shop.put({ ...spec, ...(own ? {} : { service: 'shop' }), workload: { versions: { list, want: 'shop-v1' } } });
    return shop;
  }

  /** No Deployment at all. */
  static async openInline(lab: Lab, namespace: string, { strategy, ...more }: Steered): Promise<VersionedShop> {
    const [place, service, { spec: { template } }] = workload({ namespace });
    await lab.client.create(resources.namespaces, place);
    await lab.client.create(resources.services, service);
    const shop = new VersionedShop(lab, namespace);
    await shop.put({ ...policyOf(namespace, strategy, more.router, more).spec, workload: { inline: { replicas: REPLICAS, selector: { matchLabels: { app: 'shop' } }, template } } });
    return shop;
  }

  /** Creates its policy. */
  async put(spec: PolicySpec): Promise<void> {
    const { apiVersion, kind, metadata } = policyOf(this.namespace, spec.strategy);
    await this.cluster.client.create(serinResources.releasePolicies, { apiVersion, kind, metadata, spec });
  }

  override async atRest(seconds = PATIENCE): Promise<ReleasePolicy> {
    let last: ReleasePolicy | undefined;
    return eventually(`${this.namespace} rests`, async () => {
      last = await this.cluster.client.find(serinResources.releasePolicies, this.key);
      return last?.status?.phase === 'Resting' && last;
    }, seconds, () => `last seen: ${last?.status?.phase ?? 'nothing'}: ${last?.status?.message ?? ''}`);
  }

  /** Makes another version the wanted one. @returns the name of the release that begins */
  async want(version: (typeof versions)[number]): Promise<string> {
    await this.change({ versions: { want: `shop-${version}` } });
    return this.follow();
  }

  /** Merges into the workload of its policy. */
  async change(workload: object): Promise<void> {
    await this.cluster.client.patch(serinResources.releasePolicies, this.key, { kind: 'merge', body: { spec: { workload } } });
  }

  /** Sizes of its Deployments. */
  async sizes(): Promise<Record<string, number>> {
    const { items } = await this.cluster.client.list(resources.deployments, { namespace: this.namespace });
    return Object.fromEntries(items.map(({ metadata, spec }) => [metadata.name, spec.replicas ?? 1]));
  }
}
