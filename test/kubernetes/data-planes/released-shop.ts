import type { KubernetesObject, Resource } from '../../../src/kubernetes/objects.js';
import { resources } from '../../../src/kubernetes/resources.js';
import type { LoadReport } from '../../../src/local/load/tally.js';
import type { RouterConfigs } from '../../../src/model/policy/routers.js';
import type { PolicySpec } from '../../../src/model/release-policy.js';
import { serinResources } from '../../../src/model/resources.js';
import { ask, startDoorTraffic, type Door, type DoorTraffic } from '../../scenarios/doors.js';
import { eventually } from '../../scenarios/local-cluster.js';
import { openShop, policyOf, type Shop } from '../../scenarios/shop-manifests.js';
import { LabShop, PATIENCE } from '../lab/lab-shop.js';
import type { Lab } from '../lab/open-lab.js';

/** The user's own object that leads requests to a Service of a namespace. */
export interface UserRoute {
  readonly resource: Resource<KubernetesObject>;
  readonly object: KubernetesObject;
}

/** A data plane as Serin's running controller steers it. */
export interface ReleasePlane {
  readonly lab: Lab;
  /** Namespaces of its shops begin with it. */
  readonly name: string;
  readonly router: RouterConfigs;
  /** Leads a host name to a Service. @param name of the route */
  route(place: { readonly namespace: string; readonly name: string }, host: string, service: string): UserRoute;
  /** Every way in to what a route of this host name and Service leads to; the first one is that of the host name. */
  doors(namespace: string, host: string, service: string): readonly [Door, ...Door[]];
}

/** Requests per second at each door. */
const RATE = 20;
/**
 * How long Pods without a share go on, in place of a second. What these planes have taken over nobody can ask them, so Serin
 * gives them a time; where many tests share two cores, Traefik was seen to send users to a version for six seconds after its
 * share was 0, and whoever ends Pods by then loses requests by no fault of Serin's order.
 */
export const DRAIN = '15s';
/** Where each request goes the same way. */
const FEW = 40;

/** What runs in place of the example shop. */
type Program = Pick<Shop, 'image' | 'annotations' | 'lingers'>;

/** Users at all doors of a shop. */
export class ShopUsers {
  readonly #traffic: readonly DoorTraffic[];

  constructor(doors: readonly Door[]) {
    this.#traffic = doors.map((door, seed) => startDoorTraffic(door, RATE, seed + 1));
  }

  /** Waits until a version has answered at each door: a data plane may take a share over later than it says. */
  async untilMet(version: string): Promise<void> {
    for (const each of this.#traffic) await eventually(`users meet ${version}`, () => Promise.resolve(each.metSoFar.has(version)), PATIENCE);
  }

  /** Ends it when some more have been answered at each door, and says what became of all requests. */
  async stop(): Promise<LoadReport[]> {
    for (const each of this.#traffic) {
      const before = each.answeredSoFar;
      await eventually(`${RATE} more answers`, () => Promise.resolve(each.answeredSoFar > before + RATE), PATIENCE);
    }
    return Promise.all(this.#traffic.map((each) => each.stop()));
  }
}

/** The example shop behind a real data plane, run by real processes and released by the running controller. */
export class ReleasedShop extends LabShop {
  readonly plane: ReleasePlane;
  readonly host: string;
  readonly doors: readonly Door[];

  protected constructor(plane: ReleasePlane, namespace: string) {
    super(plane.lab, namespace);
    this.plane = plane;
    this.host = hostOf(namespace);
    this.doors = plane.doors(namespace, this.host, 'shop');
  }

  /** One that serves its users; Serin does not know it yet. */
  static async openServing(plane: ReleasePlane, story: string, program: Program = {}): Promise<ReleasedShop> {
    const namespace = `${plane.name}-${story}`;
    const shop = new ReleasedShop(plane, namespace);
    await openShop(plane.lab, { namespace, replicas: 2, ...program });
    await shop.lead('shop', shop.host, 'shop');
    await untilServing(shop.doors);
    return shop;
  }

  /** The same, with a policy that rests. */
  static async openReleased(plane: ReleasePlane, story: string, strategy: PolicySpec['strategy'], program: Program = {}): Promise<ReleasedShop> {
    const shop = await ReleasedShop.openServing(plane, story, program);
    await shop.adopt(strategy);
    return shop;
  }

  /** Creates a route of the user's. */
  async lead(name: string, host: string, service: string): Promise<void> {
    const { resource, object } = this.plane.route({ namespace: this.namespace, name }, host, service);
    await this.plane.lab.client.create(resource, object);
  }

  /** Gives it a policy, and waits until that rests. */
  async adopt(strategy: PolicySpec['strategy'], more: Partial<PolicySpec> = {}): Promise<void> {
    await this.plane.lab.client.create(serinResources.releasePolicies, policyOf(this.namespace, strategy, this.plane.router, { drain: DRAIN, ...more }));
    await this.atRest();
  }

  /** All that the user wrote of how requests are led, as it is now. */
  async routing(): Promise<readonly unknown[]> {
    const { client } = this.plane.lab;
    const { resource } = this.plane.route(this.key, '', '');
    const routes = (await client.list(resource, { namespace: this.namespace })).items as readonly (KubernetesObject & { spec?: unknown })[];
    const services = (await client.list(resources.services, { namespace: this.namespace })).items;
    return [...routes, ...services].map(({ metadata, spec }) => [metadata.name, spec, metadata.labels, metadata.annotations]);
  }

  users(): ShopUsers {
    return new ShopUsers(this.doors);
  }
}

export const hostOf = (namespace: string): string => `${namespace}.example.com`;

/** Waits until each door leads to the old version, and to nothing else. */
export const untilServing = (doors: readonly Door[]): Promise<void> => untilOnly(doors, 'v1');

/**
 * Waits until this version answers every request at each door. What a plane of this kind has taken over nobody can ask it, and on
 * a busy machine that takes longer than the time that Serin gives it.
 */
export async function untilOnly(doors: readonly Door[], version: string): Promise<void> {
  for (const door of doors) await eventually(`${JSON.stringify(door)} leads to ${version}`, async () => (await ask(door, FEW)).versions[version] === FEW, PATIENCE);
}
