import { resources } from '../../kubernetes/resources.js';
import type { Application } from '../../frontends/kubevela/application.js';
import type { ApplicationDecision } from '../../frontends/kubevela/advance.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { GateCall } from '../gates.js';
import { messagesOf, type AddressSource, type OutgoingMessage } from './call-messages.js';

type Call = ApplicationDecision['calls'][number];

/** What came of a call. */
export interface CallAnswer {
  readonly succeeded: boolean;
  readonly message: string;
}

interface Sent {
  readonly stopping: AbortController;
  /** Never rejects. */
  ended: Promise<void>;
  answer: CallAnswer | undefined;
  /** Whether a pass has seen the answer. */
  isSeen: boolean;
}

/** How many calls are under way at once; more wait. */
const AT_ONCE = 8;
/** How many characters of an answer are kept. */
const DETAIL_LENGTH = 200;

export interface OutgoingCallsOptions {
  /** For Secrets that hold addresses. */
  readonly client: ClusterClient;
  readonly call: GateCall;
  /** True where Secrets may not be read. */
  readonly withoutConfig: boolean;
  /** Called with the key of the Application when an answer is there. */
  readonly onAnswer: (owner: string) => void;
}

/**
 * Sends what workflows ask for, beside the loop: one message for each key, again only when it failed and is still asked for,
 * and then with the same idempotency key. What is known is lost with the process; a step that was not over by then has its message sent
 * once more, likewise.
 */
export class OutgoingCalls {
  readonly #options: OutgoingCallsOptions;
  readonly #sent = new Map<string, Map<string, Sent>>();
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;

  constructor(options: OutgoingCallsOptions) {
    this.#options = options;
  }

  /** What came of the calls of an Application so far. */
  answers(owner: string): ReadonlyMap<string, CallAnswer> {
    const answers = new Map<string, CallAnswer>();
    for (const [key, sent] of this.#sent.get(owner) ?? []) {
      if (sent.answer === undefined) continue;
      sent.isSeen = true;
      answers.set(key, sent.answer);
    }
    return answers;
  }

  /** Sends what is asked for and was not; forgets what is not asked for any more. To be called when the decision is on record. */
  carryOut(owner: string, app: Application, calls: readonly Call[]): void {
    const all = this.#sent.get(owner) ?? new Map<string, Sent>();
    this.#sent.set(owner, all);
    for (const [key, { stopping }] of all) {
      if (calls.some((call) => call.key === key)) continue;
      stopping.abort();
      all.delete(key);
    }
    for (const call of calls) {
      const before = all.get(call.key);
      if (before && !(before.isSeen && before.answer?.succeeded === false)) continue;
      const sent: Sent = { stopping: new AbortController(), ended: Promise.resolve(), answer: undefined, isSeen: false };
      all.set(call.key, sent);
      sent.ended = this.#send(owner, app, call, sent);
    }
    if (all.size === 0) this.#sent.delete(owner);
  }

  forget(owner: string): void {
    for (const { stopping } of this.#sent.get(owner)?.values() ?? []) stopping.abort();
    this.#sent.delete(owner);
  }

  async stop(): Promise<void> {
    const all = [...this.#sent.values()].flatMap((sent) => [...sent.values()]);
    this.#sent.clear();
    for (const { stopping } of all) stopping.abort();
    for (const go of this.#waiting.splice(0)) go();
    await Promise.all(all.map(({ ended }) => ended));
  }

  async #send(owner: string, app: Application, call: Call, sent: Sent): Promise<void> {
    const { signal } = sent.stopping;
    await this.#turn();
    try {
      if (signal.aborted) return;
      sent.answer = await this.#exchange(app, call, signal).catch((error: unknown) => ({ succeeded: false, message: textOf(error) }));
    } finally {
      this.#underWay -= 1;
      this.#waiting.shift()?.();
    }
    if (!signal.aborted) this.#options.onAnswer(owner);
  }

  async #turn(): Promise<void> {
    while (this.#underWay >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#underWay += 1;
  }

  async #exchange(app: Application, { key, type, properties }: Call, signal: AbortSignal): Promise<CallAnswer> {
    const messages = messagesOf(type, properties, app);
    if (typeof messages === 'string') return { succeeded: false, message: messages };
    const refused: string[] = [];
    for (const [index, message] of messages.entries()) {
      // One step may tell several places, each by a key of its own.
      const problem = await this.#post(app, message, messages.length === 1 ? key : `${key}-${index + 1}`, signal);
      if (problem !== undefined) refused.push(messages.length === 1 ? problem : `${message.to}: ${problem}`);
    }
    return { succeeded: refused.length === 0, message: refused.join('; ') };
  }

  /** @returns why it did not arrive */
  async #post(app: Application, { url: source, body }: OutgoingMessage, idempotencyKey: string, signal: AbortSignal): Promise<string | undefined> {
    const url = await this.#address(app, source, signal);
    if (url.text === undefined) return url.problem;
    const { status, text } = await this.#options.call({ url: url.text, idempotencyKey, body }, signal);
    if (status >= 200 && status < 300) return undefined;
    const words = text.trim().slice(0, DETAIL_LENGTH);
    return words === '' ? `status ${status}` : `status ${status}: ${words}`;
  }

  async #address({ metadata: { namespace = '' } }: Application, source: AddressSource, signal: AbortSignal): Promise<{ text?: string; problem: string }> {
    if (source.value !== undefined) return checked(source.value);
    const { name, key } = source.secret;
    if (this.#options.withoutConfig) return { problem: `this controller may not read Secret ${name}` };
    const secret = await this.#options.client.find(resources.secrets, { namespace, name }, { signal });
    if (!secret) return { problem: `there is no Secret ${name}` };
    const value = secret.data?.[key];
    // What is in a Secret is told to nobody, not even in an error.
    return value === undefined ? { problem: `Secret ${name} has no key ${key}` } : checked(Buffer.from(value, 'base64').toString('utf8').trim(), `the URL in Secret ${name}`);
  }
}

function checked(text: string, what = 'the URL'): { text?: string; problem: string } {
  const isUrl = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  return isUrl ? { text, problem: '' } : { problem: `${what} is no http or https URL` };
}

/** What went wrong, without the address: it may be a secret one. */
function textOf(error: unknown): string {
  const [first]: unknown[] = error instanceof AggregateError && error.message === '' ? error.errors : [error];
  const code: unknown = first instanceof Error ? Reflect.get(first, 'code') : undefined;
  return `no answer${typeof code === 'string' ? ` (${code})` : first instanceof Error && first.name === 'TimeoutError' ? ' in time' : ''}`;
}
