import type { EvidenceMetric, EvidenceRecord } from '../../src/model/evidence-record.js';
import type { Metric } from '../../src/model/policy/analysis.js';
import type { PolicySpec } from '../../src/model/release-policy.js';
import { serinResources } from '../../src/model/resources.js';
import { doorOf, ask, type Door } from './doors.js';
import { eventually, type TestCluster } from './local-cluster.js';
import { hostOf, openShop, policyOf, type DoorKind } from './shop-manifests.js';
import { SteeredProgram } from './steered-program.js';

/** How the shop fails: a part of all its requests, or all of them slowly. */
export interface Faults {
  readonly failPercent?: number;
  readonly delayMilliseconds?: number;
  /** Tells apart versions that are the same otherwise. */
  readonly run?: number;
}

/** A shop in a namespace of its own whose releases are judged. */
export class JudgedShop extends SteeredProgram {
  readonly door: Door;

  constructor(cluster: TestCluster, namespace: string, door: DoorKind) {
    super(cluster, namespace);
    this.door = doorOf(cluster.ingress, hostOf(namespace, door));
  }

  /** Releases `example/shop:v2` with these faults. */
  bring({ failPercent = 0, delayMilliseconds = 0, run = 0 }: Faults = {}, image = 'example/shop:v2'): Promise<string> {
    return this.set(image, { FAIL_PERCENT: String(failPercent), DELAY_MILLISECONDS: String(delayMilliseconds), RUN: String(run) });
  }

  /** What the release is judged by; undefined as long as nothing is on record. */
  evidence(): Promise<EvidenceRecord | undefined> {
    return this.cluster.client.find(serinResources.evidence, { namespace: this.namespace, name: this.release });
  }

  /** The record of one metric, once it is as wanted: it is written a moment after the release itself. */
  metric(name: string, isWanted: (metric: EvidenceMetric) => boolean = () => true): Promise<EvidenceMetric> {
    let found: EvidenceMetric | undefined;
    return eventually(`${this.release} has evidence of ${name}`, async () => {
      found = (await this.evidence())?.spec.metrics.find((each) => each.name === name);
      return found && isWanted(found) && found;
    }, 20, () => JSON.stringify(found));
  }
}

/** Opens a judged shop and waits until it is at rest and answers at its door. */
export async function openJudgedShop(cluster: TestCluster, namespace: string, door: DoorKind, strategy: PolicySpec['strategy'], router: PolicySpec['router'], more: Partial<PolicySpec> = {}): Promise<JudgedShop> {
  await openShop(cluster, { namespace, doors: [door] }, policyOf(namespace, strategy, router, more));
  const shop = new JudgedShop(cluster, namespace, door);
  await shop.atRest();
  await eventually('the door answers', async () => (await ask(shop.door, 1)).versions['v1'] === 1);
  return shop;
}

/** Requests of each version over all points of a metric. */
export function requestsOf({ points = [] }: EvidenceMetric): { readonly stable: number; readonly canary: number; readonly bad: number } {
  const sum = (role: 'stable' | 'canary', field: 'count' | 'bad'): number => points.reduce((all, { [role]: side }) => all + (side?.[field] ?? 0), 0);
  return { stable: sum('stable', 'count'), canary: sum('canary', 'count'), bad: sum('canary', 'bad') };
}

/** Errors and latency of all requests that reached Pods of a namespace, as a Prometheus tells of them. @param every how often it is asked */
export function metricsFrom(address: string, namespace: string, every: string): Metric[] {
  const received = (...matchers: string[]): string => `{${['reporter="destination"', `namespace="${namespace}"`, ...matchers].join()}}`;
  const settings = { address, every, timeout: '10s' };
  return [
    { name: 'errors', errorRate: {}, from: { prometheus: { ...settings, all: `istio_requests_total${received()}`, bad: `istio_requests_total${received('response_code=~"5.."')}` } } },
    { name: 'latency', latency: {}, from: { prometheus: { ...settings, histogram: `istio_request_duration_milliseconds_bucket${received()}` } } },
  ];
}
