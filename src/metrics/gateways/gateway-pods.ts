import type { Informer } from '../../cluster/informer.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import type { Clock } from '../../ports/clock.js';
import { canBeAsked, scrapeTargetOf, type ScrapeTarget } from '../scraping/scrape-target.js';
import { gatewayKinds, type GatewayKind, type GatewayLabels } from './gateway-kinds.js';

/** A Pod of a gateway that can be asked. */
export interface GatewayPod {
  readonly kind: GatewayKind;
  readonly uid: string;
  /** `namespace/name`. */
  readonly name: string;
  readonly created: number;
  readonly target: ScrapeTarget;
}

/** How often they are looked for, in milliseconds. */
const LOOK_AGAIN = 5000;

/** The Pods of gateways in all namespaces that are seen; looked for only while somebody wants to know. */
export class GatewayPods {
  readonly #pods: Pick<Informer<Pod>, 'list'>;
  readonly #clock: Clock;
  #known: { readonly at: number; readonly found: readonly GatewayPod[] } | undefined;

  constructor(pods: Pick<Informer<Pod>, 'list'>, clock: Clock) {
    this.#pods = pods;
    this.#clock = clock;
  }

  list(): readonly GatewayPod[] {
    const now = this.#clock.monotonic();
    if (!this.#known || this.#known.at <= now - LOOK_AGAIN) this.#known = { at: now, found: this.#pods.list().flatMap((pod) => gatewayPodOf(pod) ?? []) };
    return this.#known.found;
  }
}

function gatewayPodOf(pod: Pod): GatewayPod | undefined {
  const { labels = {}, name = '', namespace = '', uid = '', creationTimestamp } = pod.metadata;
  const kind = gatewayKinds.find((each) => each.labels.some((wanted) => hasLabels(labels, wanted)));
  if (!kind || !canBeAsked(pod)) return undefined;
  const target = scrapeTargetOf(pod) ?? scrapeTargetOf(pod, { port: kind.port, path: kind.path });
  return target && { kind, uid, name: `${namespace}/${name}`, created: Date.parse(creationTimestamp ?? ''), target };
}

const hasLabels = (labels: Readonly<Record<string, string>>, wanted: GatewayLabels): boolean =>
  Object.entries(wanted).every(([name, value]) => (value === undefined ? labels[name] !== undefined : labels[name] === value));
