import { isDeepStrictEqual } from 'node:util';
import { resources } from '../../../src/kubernetes/resources.js';
import type { PolicySpec, ReleasePolicy } from '../../../src/model/release-policy.js';
import type { Release } from '../../../src/model/release.js';
import { eventually } from '../../scenarios/local-cluster.js';
import { openShop, policyOf, type Shop } from '../../scenarios/shop-manifests.js';
import { SteeredProgram } from '../../scenarios/steered-program.js';
import type { Lab } from './open-lab.js';

/** Seconds. */
export const PATIENCE = 150;

/** The example shop in a namespace of its own, whose Pods are real processes at the addresses that the API server tells. */
export class LabShop extends SteeredProgram {
  readonly #lab: Lab;

  protected constructor(lab: Lab, namespace: string) {
    super(lab, namespace);
    this.#lab = lab;
  }

  /** Opens one with four Pods of v1, and waits until its policy rests. */
  static async open(lab: Lab, namespace: string, spec: Pick<PolicySpec, 'strategy'> & Partial<PolicySpec>, doors: Pick<Shop, 'doors' | 'ingress'> = {}): Promise<LabShop> {
    const { strategy, router = { service: { approximate: true } }, ...more } = spec;
    await openShop(lab, { namespace, replicas: 4, ...doors }, policyOf(namespace, strategy, router, more));
    const shop = new LabShop(lab, namespace);
    await shop.atRest();
    return shop;
  }

  /** Opens one that nobody looks after, with four Pods of v1, and waits until they are ready. */
  static async openAlone(lab: Lab, namespace: string): Promise<LabShop> {
    await openShop(lab, { namespace, replicas: 4 });
    const shop = new LabShop(lab, namespace);
    await eventually(`${namespace} runs`, async () => (await shop.readyPods())['example/shop:v1'] === 4, PATIENCE);
    return shop;
  }

  // Waits that end early cost nothing, and the machine may be busy.
  override atRest(seconds = PATIENCE): Promise<ReleasePolicy> {
    return super.atRest(seconds);
  }

  override until(what: string, condition: (release: Release) => boolean, seconds = PATIENCE): Promise<Release> {
    return super.until(what, condition, seconds);
  }

  override ends(phase: 'Completed' | 'Aborted', seconds = PATIENCE): Promise<Release> {
    return super.ends(phase, seconds);
  }

  /** How many Pods of each version answer at the addresses that a Service leads to. */
  async answering(service = 'shop'): Promise<Record<string, number>> {
    const { items } = await this.#lab.client.list(resources.endpointSlices, { namespace: this.namespace, labelSelector: `kubernetes.io/service-name=${service}` });
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

  /** Waits until nothing else answers than so many Pods of these versions. */
  async untilAnswering(expected: Readonly<Record<string, number>>, service = 'shop'): Promise<void> {
    let last: Record<string, number> = {};
    await eventually(`${JSON.stringify(expected)} answer in ${this.namespace}`, async () => isDeepStrictEqual((last = await this.answering(service)), expected), PATIENCE, () => `last seen: ${JSON.stringify(last)}`);
  }
}
