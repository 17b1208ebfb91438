import { resources } from '../../../src/kubernetes/resources.js';
import type { PolicySpec } from '../../../src/model/release-policy.js';
import { openShop, policyOf } from '../../scenarios/shop-manifests.js';
import { SteeredProgram } from '../../scenarios/steered-program.js';
import type { Lab } from './open-lab.js';

/** The example shop in a namespace of its own, whose Pods are real processes at the addresses that the API server tells. */
export class LabShop extends SteeredProgram {
  readonly #lab: Lab;

  private constructor(lab: Lab, namespace: string) {
    super(lab, namespace);
    this.#lab = lab;
  }

  /** Opens one with four Pods of v1, and waits until its policy rests. */
  static async open(lab: Lab, namespace: string, spec: Pick<PolicySpec, 'strategy'> & Partial<PolicySpec>): Promise<LabShop> {
    const { strategy, router = { service: { approximate: true } }, ...more } = spec;
    await openShop(lab, { namespace, replicas: 4 }, policyOf(namespace, strategy, router, more));
    const shop = new LabShop(lab, namespace);
    await shop.atRest();
    return shop;
  }

  /** How many Pods of each version answer at the addresses that the Service leads to. */
  async answering(): Promise<Record<string, number>> {
    const { items } = await this.#lab.client.list(resources.endpointSlices, { namespace: this.namespace, labelSelector: 'kubernetes.io/service-name=shop' });
    const addresses = items.flatMap(({ endpoints }) => (endpoints ?? []).filter(({ conditions }) => conditions?.ready === true).flatMap((endpoint) => endpoint.addresses));
    const counts: Record<string, number> = {};
    for (const address of addresses) {
      // A Pod that is on its way out may be in the list for a moment.
      const answer = await fetch(`http://${address}:8080/order`).catch(() => undefined);
      const version = answer?.headers.get('x-version') ?? 'none';
      counts[version] = (counts[version] ?? 0) + 1;
    }
    return counts;
  }
}
