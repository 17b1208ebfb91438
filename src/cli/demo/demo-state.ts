import type { LoadReport } from '../../local/load/tally.js';
import type { Release } from '../../model/release.js';

/** One line of what happened, with the second at which it did. */
export interface Happening {
  readonly second: number;
  readonly text: string;
  readonly tone: 'plain' | 'good' | 'bad';
}

/** Requests of one version as users saw them. */
export interface VersionCounts {
  readonly version: string;
  readonly answered: number;
  readonly failed: number;
}

/** Everything that the demo shows. */
export interface DemoState {
  readonly second: number;
  readonly doing: string;
  readonly release: Release | undefined;
  /** Which version of the program the release tries. */
  readonly canary: string;
  readonly happened: readonly Happening[];
  /** Since the load began. */
  readonly totals: readonly VersionCounts[];
  /** Part of the last seconds' answers that came from each version, 0 to 1. */
  readonly recent: Readonly<Record<string, number>>;
  readonly sent: number;
  readonly failed: number;
}

/** How many seconds the counted shares look back. */
const RECENT_SECONDS = 4;

/** Adds up what the load reports second by second. */
export class LoadCounts {
  readonly #seconds: LoadReport['observed'][] = [];
  readonly #totals = new Map<string, { answered: number; failed: number }>();
  sent = 0;
  failed = 0;

  add(report: LoadReport): void {
    this.sent += report.sent;
    this.failed += report.failed;
    for (const [version, { answered, failed }] of Object.entries(report.observed)) {
      const total = this.#totals.get(version) ?? { answered: 0, failed: 0 };
      this.#totals.set(version, { answered: total.answered + answered, failed: total.failed + failed });
    }
    this.#seconds.push(report.observed);
    if (this.#seconds.length > RECENT_SECONDS) this.#seconds.shift();
  }

  totals(): VersionCounts[] {
    return [...this.#totals].map(([version, counts]) => ({ version, ...counts })).sort((a, b) => a.version.localeCompare(b.version));
  }

  recent(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const second of this.#seconds) for (const [version, { answered }] of Object.entries(second)) sums[version] = (sums[version] ?? 0) + answered;
    const all = Object.values(sums).reduce((sum, each) => sum + each, 0);
    return Object.fromEntries(Object.entries(sums).map(([version, count]) => [version, all === 0 ? 0 : count / all]));
  }
}
