import type { Clock } from '../../ports/clock.js';
import { serinResources } from '../../model/resources.js';
import type { Identity } from '../identity.js';
import { isMine } from '../resources/releases/asking.js';
import type { Rights } from '../rights.js';
import type { Frame } from './frame.js';

/** How long an answer on what somebody may see is believed, in milliseconds. */
const BELIEVED = 30_000;

/** Which frames one person may see, and which of them wait for that person. */
export class Viewer {
  readonly #rights: Rights;
  readonly #identity: Identity;
  readonly #clock: Clock;
  readonly #namespace: string | undefined;
  readonly #answers = new Map<string, { readonly may: boolean; readonly until: number }>();

  /** @param namespace the only one that is of interest; all when absent */
  constructor(rights: Rights, identity: Identity, clock: Clock, namespace: string | undefined) {
    this.#rights = rights;
    this.#identity = identity;
    this.#clock = clock;
    this.#namespace = namespace;
  }

  /** The texts of the frames that this person may see. @throws where the cluster does not say what they may */
  async textOf(frames: readonly Frame[]): Promise<string> {
    let text = '';
    for (const frame of frames) {
      if (this.#namespace !== undefined && frame.namespace !== this.#namespace) continue;
      if (!(await this.#may('list', frame.resource, frame.namespace))) continue;
      text += frame.text(await this.#waits(frame));
    }
    return text;
  }

  async #waits({ asked, namespace }: Frame): Promise<boolean> {
    const { user, groups } = this.#identity;
    if (!isMine(asked, namespace, { user, groups, mayApprove: () => true })) return false;
    return this.#may('create', serinResources.approvals, namespace);
  }

  async #may(verb: 'list' | 'create', resource: Frame['resource'], namespace: string): Promise<boolean> {
    const key = `${verb} ${resource.plural} ${namespace}`;
    const known = this.#answers.get(key);
    if (known && known.until > this.#clock.now()) return known.may;
    const may = await this.#rights.may(this.#identity, { verb, resource, namespace });
    this.#answers.set(key, { may, until: this.#clock.now() + BELIEVED });
    return may;
  }
}
