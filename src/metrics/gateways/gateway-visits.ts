import { roles, type Role } from '../../model/version.js';
import { answerTo, type PageQuestion } from '../page/page-question.js';
import type { ServedRequests } from '../page/requests-question.js';
import { NoPlace, type Pages } from '../scraping/pages.js';
import type { Said } from '../windows/measure.js';
import type { GatewayPod } from './gateway-pods.js';
import { gatewayQuestion, type GatewayTargets, type ServedByRole } from './gateway-question.js';

/** How many Pods of gateways are asked in one round. */
const PODS_AT_ONCE = 10;

/** What gateways say of one release in one round. */
export interface GatewayRound {
  /** A gateway's Pod counts for both versions, each for itself. `value` is empty where it has nothing of a version yet. */
  readonly said: readonly Said<Partial<ServedRequests>>[];
  /** Whether any knows of one of the versions. */
  readonly known: boolean;
  /** Why none does. */
  readonly problem: string | undefined;
}

export interface GatewayVisitsOptions {
  readonly pages: Pages;
  readonly pods: () => readonly GatewayPod[];
  /** The one namespace that is seen, where not all are. */
  readonly onlyNamespace?: string | undefined;
  readonly targets: GatewayTargets;
}

/** Asks gateways for one release, whose Pods tell nothing themselves. */
export class GatewayVisits {
  readonly #options: GatewayVisitsOptions;
  readonly #questions = new Map<string, PageQuestion<ServedByRole>>();
  #turn = 0;
  #chosen: readonly GatewayPod[] = [];

  constructor(options: GatewayVisitsOptions) {
    this.#options = options;
  }

  /** @returns how many fetches the next round takes */
  prepare(): number {
    const { pages, pods } = this.#options;
    const all = pods();
    const from = all.length <= PODS_AT_ONCE ? 0 : this.#turn % all.length;
    this.#turn = from + PODS_AT_ONCE;
    this.#chosen = [...all, ...all].slice(from, from + Math.min(all.length, PODS_AT_ONCE));
    return this.#chosen.filter((pod) => pages.costs(pod.target, pod.uid, [this.#questionOf(pod)])).length;
  }

  async round(place: () => boolean, signal: AbortSignal): Promise<GatewayRound> {
    const { onlyNamespace } = this.#options;
    const seen = onlyNamespace === undefined ? '' : ` in namespace ${onlyNamespace}, the only one that this controller looks at`;
    if (this.#chosen.length === 0) return { said: [], known: false, problem: `no gateway that is known is seen${seen}` };
    const asked = await Promise.all(this.#chosen.map((pod) => this.#ask(pod, place, signal)));
    const known = asked.some(({ served }) => served !== undefined);
    const problem = asked.find((each) => each.problem !== undefined)?.problem ?? `the gateway (${this.#chosen[0]?.name ?? ''}) shows no requests to its Services so far`;
    return { said: asked.flatMap(({ said }) => said), known, problem: known ? undefined : problem };
  }

  async #ask(pod: GatewayPod, place: () => boolean, signal: AbortSignal): Promise<{ said: Said<Partial<ServedRequests>>[]; served?: ServedByRole | undefined; problem?: string }> {
    const question = this.#questionOf(pod);
    const told = (value: (role: Role) => Partial<ServedRequests> | undefined): Said<Partial<ServedRequests>>[] =>
      roles.map((role) => ({ pod: `gateway ${pod.uid} ${role}`, role, created: pod.created, value: value(role) }));
    try {
      const { answers } = await this.#options.pages.read(pod.target, pod.uid, [question], place, signal);
      const served = answerTo(question, answers);
      return { said: told((role) => served?.[role] ?? {}), served };
    } catch (error) {
      if (error instanceof NoPlace) return { said: [] };
      const { port, path } = pod.target;
      return { said: told(() => undefined), problem: `the gateway (${pod.name}) does not tell its metrics at port ${port}, ${path}: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  #questionOf({ kind }: GatewayPod): PageQuestion<ServedByRole> {
    let question = this.#questions.get(kind.name);
    if (!question) this.#questions.set(kind.name, (question = gatewayQuestion(kind, this.#options.targets)));
    return question;
  }
}
