import type { Pod } from '../../kubernetes/generated/core-v1.js';
import type { Counts, Evidence } from '../../model/evidence.js';
import { roles, type Role, type VersionHashes } from '../../model/version.js';
import type { Clock } from '../../ports/clock.js';
import type { Asker } from '../budget/rounds.js';
import type { GatewayVisits } from '../gateways/gateway-visits.js';
import type { PageQuestion } from '../page/page-question.js';
import { sum } from '../increase.js';
import { VersionPods, type KnownPod } from '../windows/version-pods.js';
import type { AskedPod, Meter } from './meter.js';
import { NoPlace, type PageReading, type Pages } from './pages.js';
import { RequestMeters } from './request-meters.js';
import { canBeAsked, scrapeTargetOf, type ScrapeTarget, type TargetChoice } from './scrape-target.js';

/** How many Pods of a version are asked in one round; the others are next, and counters lose nothing until then. */
const PODS_AT_ONCE = 10;

export interface ReleaseAskerOptions {
  readonly clock: Clock;
  readonly pages: Pages;
  /** The Pods that may be of the versions. */
  readonly podsOf: () => readonly Pod[];
  readonly hashes: VersionHashes;
  /** Asks gateways where Pods tell nothing; absent where a gateway could not tell the versions apart. */
  readonly gateways?: (roleOfAddress: VersionPods['roleOfAddress']) => GatewayVisits;
  /** What was counted before. */
  readonly recorded: Evidence;
  readonly interval: number;
  readonly onCounts: () => void;
  /** Called at the end of each round. */
  readonly onRound: () => void;
}

interface Visit {
  readonly known: KnownPod;
  readonly target: ScrapeTarget | undefined;
  readonly questions: PageQuestion<unknown>[];
}

/** Asks the Pods of one release, for all of its metrics at once. */
export class ReleaseAsker implements Asker {
  readonly interval: number;
  readonly requests: RequestMeters;
  readonly #options: ReleaseAskerOptions;
  readonly #pods: VersionPods;
  readonly #gateways: GatewayVisits | undefined;
  readonly #meters = new Set<Meter>();
  readonly #turn: Record<Role, number> = { stable: 0, canary: 0 };
  #visits = new Map<string, Visit[]>();
  #counts: Evidence;
  /** How many rounds there were. */
  rounds = 0;
  /** Why Pods could not be asked in the last round, one for each version and target. */
  #problems = new Map<string, string>();
  #gatewayProblem: string | undefined;

  constructor(options: ReleaseAskerOptions) {
    this.#options = options;
    this.interval = options.interval;
    this.#pods = new VersionPods(options.hashes);
    this.#counts = options.recorded;
    this.#gateways = options.gateways?.(this.#pods.roleOfAddress);
    this.requests = new RequestMeters(options.clock.now());
  }

  get counts(): Evidence {
    return this.#counts;
  }

  /** Whose Pod is meant by a name or a uid, also of one that is gone. */
  get findPod(): VersionPods['find'] {
    return this.#pods.find;
  }

  add(meter: Meter): void {
    this.#meters.add(meter);
  }

  remove(meter: Meter): void {
    this.#meters.delete(meter);
  }

  /** Why there was nothing to be had in the last round for a metric that is read there. */
  problem(target: TargetChoice): string | undefined {
    return this.#problems.get(choiceKey(target));
  }

  /** The same for what is known of requests, whoever tells it. */
  get requestProblem(): string | undefined {
    if (this.requests.by === 'gateways') return this.#gatewayProblem;
    // While nobody is believed, what is missing is said of both.
    return this.requests.by === 'nobody yet' && this.#gateways ? undefined : this.#problems.get(choiceKey(this.requests.target));
  }

  prepare(): number {
    const { pages, podsOf } = this.#options;
    const found = this.#pods.update(podsOf()).filter(({ pod }) => canBeAsked(pod));
    const chosen = roles.flatMap((role) => this.#next(role, found.filter(({ known }) => known.role === role)));
    const choices = new Map<string, { readonly choice: TargetChoice; readonly questions: PageQuestion<unknown>[] }>();
    const asksPods = this.requests.by !== 'gateways';
    for (const { target: choice, questions } of [...(asksPods ? [this.requests] : []), ...this.#meters]) {
      const key = choiceKey(choice);
      const entry = choices.get(key) ?? { choice, questions: [] };
      entry.questions.push(...questions);
      choices.set(key, entry);
    }
    this.#visits = new Map([...choices].map(([key, { choice, questions }]) => [key, chosen.map(({ pod, known }) => ({ known, target: scrapeTargetOf(pod, choice), questions }))]));
    const ofPods = [...this.#visits.values()].flat().filter(({ target, known, questions }) => target && pages.costs(target, known.uid, questions)).length;
    return ofPods + (this.#asksGateways ? (this.#gateways?.prepare() ?? 0) : 0);
  }

  async round(places: number, signal: AbortSignal): Promise<number> {
    const { clock } = this.#options;
    let left = places;
    const place = (): boolean => left-- > 0;
    const problems = new Map<string, string>();
    const telling = this.#asksGateways ? this.#gateways?.round(place, signal) : undefined;
    const asked = await Promise.all(
      [...this.#visits].map(async ([key, visits]) => {
        const pods = await Promise.all(visits.map((visit) => this.#ask(visit, place, signal)));
        const problem = problemOf(pods);
        if (problem !== undefined) problems.set(key, problem);
        return [key, pods.flatMap(({ pod }) => pod ?? [])] as const;
      }),
    );
    const gateways = await telling;
    if (signal.aborted) return Math.max(0, left);
    this.#problems = problems;
    this.#gatewayProblem = gateways?.problem;
    const at = clock.now();
    const byTarget = new Map(asked);
    for (const meter of this.#meters) meter.add(at, byTarget.get(choiceKey(meter.target)) ?? []);
    const increase = this.requests.add(at, byTarget.get(choiceKey(this.requests.target)) ?? [], gateways);
    this.rounds++;
    if (increase.stable.requests + increase.canary.requests + increase.stable.failures + increase.canary.failures > 0) {
      this.#counts = { stable: plain(sum(this.#counts.stable, increase.stable)), canary: plain(sum(this.#counts.canary, increase.canary)) };
      this.#options.onCounts();
    }
    this.#options.onRound();
    return Math.max(0, left);
  }

  get #asksGateways(): boolean {
    return this.requests.by !== 'Pods';
  }

  /** The Pods of one version whose turn it is. */
  #next<P>(role: Role, pods: readonly P[]): readonly P[] {
    if (pods.length <= PODS_AT_ONCE) return pods;
    const from = this.#turn[role] % pods.length;
    this.#turn[role] = (from + PODS_AT_ONCE) % pods.length;
    return [...pods, ...pods].slice(from, from + PODS_AT_ONCE);
  }

  async #ask({ known, target, questions }: Visit, place: () => boolean, signal: AbortSignal): Promise<Asked> {
    const { role, uid: pod, created, name } = known;
    const told = (reading: PageReading | undefined): AskedPod => ({ pod, role, created, answers: reading?.answers });
    if (!target) return { role, problem: 'target', pod: told(undefined) };
    try {
      return { role, pod: told(await this.#options.pages.read(target, pod, questions, place, signal)) };
    } catch (error) {
      // Whose turn did not come is asked in the next round.
      if (error instanceof NoPlace) return { role };
      const said = error instanceof Error ? error.message : String(error);
      return { role, problem: `Pod ${name} does not tell its metrics at port ${target.port}, ${target.path}: ${said}`, pod: told(undefined) };
    }
  }
}

interface Asked {
  readonly role: Role;
  readonly pod?: AskedPod;
  readonly problem?: string;
}

const plain = ({ requests, failures }: Counts): Counts => ({ requests, failures });

const choiceKey = ({ port, path }: TargetChoice): string => `${port ?? ''} ${path ?? ''}`;

/** Why nothing can be compared: of a version that has Pods none could be asked. */
function problemOf(asked: readonly Asked[]): string | undefined {
  for (const role of roles) {
    const pods = asked.filter((each) => each.role === role && each.pod !== undefined);
    const first = pods.find(({ problem }) => problem !== undefined)?.problem;
    if (first === undefined || pods.some(({ pod }) => pod?.answers !== undefined)) continue;
    return first === 'target' ? `Pods of the ${role} version do not say where their metrics are: give them the annotations prometheus.io/scrape: "true" and prometheus.io/port` : first;
  }
  return undefined;
}
