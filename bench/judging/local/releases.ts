import type { PolicySpec } from '../../../src/model/release-policy.js';
import { hasEnded } from '../../../src/model/release.js';
import { systemClock } from '../../../src/ports/clock.js';
import { openJudgedShop, type Faults, type JudgedShop } from '../../../test/scenarios/judged-shop.js';
import type { TestCluster } from '../../../test/scenarios/local-cluster.js';
import { startWatchedUsers, type Met } from './watched-users.js';

export const PER_SECOND = 100;
export const WEIGHT = 10;
/** Seconds without a verdict that are enough. */
const PATIENCE = 240;
/** Milliseconds of users before a version comes, so that connections stand and programs are warm. */
const WARM = 2000;

/** A bad version that was released. */
export interface BadRelease extends Met {
  readonly takenBack: boolean;
}

/** Where samples come from. @param namespace whose Pods */
export type MetricsOf = (namespace: string) => NonNullable<PolicySpec['analysis']>['metrics'];

/** Releases bad versions of a shop, one after the other. */
export class BadReleases {
  readonly #cluster: TestCluster;
  readonly #source: string;
  readonly #metricsOf: MetricsOf;
  #shop: JudgedShop | undefined;
  #number = 0;

  /** @param source names the namespaces */
  constructor(cluster: TestCluster, source: string, metricsOf: MetricsOf) {
    [this.#cluster, this.#source, this.#metricsOf] = [cluster, source, metricsOf];
  }

  /** Releases one with these faults to a tenth of the users, and waits until it is gone or has been out long enough. */
  async release(faults: Faults): Promise<BadRelease> {
    const number = ++this.#number;
    const shop = (this.#shop ??= await this.#open(`${this.#source}-${number}`));
    const users = startWatchedUsers(shop.door, PER_SECOND, 'v2', number);
    try {
      await systemClock.sleep(WARM);
      // Each is a version of its own, also where the faults are those of the last.
      await shop.bring({ ...faults, run: number });
      await shop.until('ends', ({ status }) => hasEnded(status?.phase ?? 'Preparing'), PATIENCE).catch(() => undefined);
    } finally {
      // Whoever is still on the way to the bad version gets there.
      await systemClock.sleep(500);
    }
    const met = await users.stop();
    const takenBack = (await shop.get())?.status?.phase === 'Aborted';
    // Where it was not taken back, it is what users rely on now.
    if (!takenBack) this.#shop = undefined;
    return { ...met, takenBack };
  }

  #open(namespace: string): Promise<JudgedShop> {
    const metrics = this.#metricsOf(namespace);
    const steps = [{ weight: WEIGHT }, { analyze: { for: '1h' } }];
    return openJudgedShop(this.#cluster, namespace, 'istio', { canary: { steps } }, { istio: {} }, metrics ? { analysis: { metrics } } : {});
  }
}
