import type { Evidence } from '../model/evidence.js';
import { deepEqual } from '../model/json.js';
import { describe, type Message } from '../model/messages.js';
import { releaseConditions } from '../model/release-conditions.js';
import type { Intent, LogEntry, Release, ReleasePhase, ReleaseStatus } from '../model/release.js';
import { countedSplit, type Counting } from './counting.js';
import type { Decision } from './decision.js';
import type { Traffic } from './same-traffic.js';

/** How many log entries a status keeps, so that it stays small. */
const LOG_LENGTH = 20;
/** Evidence alone is written down at most this often, so that a quiet release costs no writes. */
const CHECKPOINT_MILLISECONDS = 15_000;

const timestamp = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** A status in the making. Phase handlers change it; nothing else sees it before it is finished. */
export class Draft {
  readonly now: number;
  readonly #before: ReleaseStatus;
  readonly #happened: Message[] = [];
  #status: ReleaseStatus;
  #lookAgainAt: number | undefined;
  #waits: Message | undefined;
  #fleeting: string | undefined;
  #beside: Message | undefined;
  #keepsWaiting = false;

  constructor(before: ReleaseStatus, now: number) {
    this.#before = before;
    this.#status = before;
    this.now = now;
  }

  get status(): Readonly<ReleaseStatus> {
    return this.#status;
  }

  /** The intent as it will be; see `recorded` for the one that effects follow now. */
  get intent(): Readonly<Intent> {
    return this.#status.intent;
  }

  /** The intent that is on record, so the one that the observation answers to. */
  get recorded(): Readonly<Intent> {
    return this.#before.intent;
  }

  set(change: Partial<ReleaseStatus>): void {
    this.#status = { ...this.#status, ...change };
  }

  /** For a status from which something was left out. */
  replace(status: ReleaseStatus): void {
    this.#status = status;
  }

  intend(change: Partial<Omit<Intent, 'sizes' | 'holders'>> & { sizes?: Partial<Intent['sizes']>; holders?: Partial<Intent['holders']> }): void {
    const { intent } = this.#status;
    this.set({
      intent: { ...intent, ...change, sizes: { ...intent.sizes, ...change.sizes }, holders: { ...intent.holders, ...change.holders } },
    });
  }

  /** Asks routers for other traffic. */
  route(traffic: Traffic): void {
    const { matches: _matches, mirror: _mirror, mirrors: _mirrors, preview: _preview, ...rest } = this.#status.intent;
    this.set({ intent: { ...rest, routing: 'split', ...traffic } });
  }

  /** Writes down that the Job or webhook of the present step is set off. */
  call(): void {
    if (!this.#status.step.called) this.set({ step: { ...this.#status.step, called: true } });
  }

  /** Writes down since when the undecided analysis of the present step asks people; or that it does not, or no longer. */
  ask(asks: boolean): void {
    const { askedAt, ...step } = this.#status.step;
    if (asks !== (askedAt !== undefined)) this.set({ step: asks ? { ...step, askedAt: timestamp(this.now) } : step });
  }

  /** Writes down that people are asked again for a step that is behind; or that they are not, or no longer. @param step from 1; 0 before it began */
  askAgain(step: number | undefined): void {
    const { asksAgain, ...rest } = this.#status;
    if (step === undefined) this.#status = rest;
    else if (asksAgain?.step !== step) this.set({ asksAgain: { step, since: timestamp(this.now) } });
  }

  /** Keeps where the counting of the present share began. */
  count(counting: Counting | undefined): void {
    const { counting: _, ...rest } = this.#status;
    this.#status = counting === undefined ? rest : { ...rest, counting };
  }

  enter(phase: ReleasePhase): void {
    this.set({ phase });
    this.endWait();
  }

  /** Writes down that something happened. */
  happen(what: Message): void {
    this.#happened.push(what);
    const log = this.#status.log ?? [];
    const entry: LogEntry = { number: (log.at(-1)?.number ?? 0) + 1, time: timestamp(this.now), code: what.code, arguments: { ...what.arguments } };
    this.set({ log: [...log, entry].slice(-LOG_LENGTH) });
  }

  /**
   * Says what it waits for.
   * @param at when to look again at the latest, milliseconds since the epoch
   * @param fleeting the argument that changes with every request; from there on the text may be as old as evidence on record
   */
  wait(what: Message, at?: number, fleeting?: string): void {
    this.#waits = what;
    this.#fleeting = fleeting;
    if (at !== undefined) this.#lookAgainAt = Math.min(this.#lookAgainAt ?? at, at);
  }

  /** Says something beside what it waits for; not beside an analysis, which names what it lacks itself. */
  sayBeside(what: Message): void {
    this.#beside = what;
  }

  /** Milliseconds that the present wait has lasted; begins it when there is none. It ends when a pass does not ask. */
  waited(): number {
    this.#keepsWaiting = true;
    if (this.#status.waitingSince === undefined) this.set({ waitingSince: timestamp(this.now) });
    return this.now - Date.parse(this.#status.waitingSince ?? timestamp(this.now));
  }

  endWait(): void {
    this.#keepsWaiting = false;
    const { waitingSince: _, ...rest } = this.#status;
    this.#status = rest;
  }

  /** Milliseconds since the present step began. */
  inStep(): number {
    return this.now - Date.parse(this.#status.step.startedAt);
  }

  startStep(index: number, startRequests: number): void {
    this.set({ step: { index, startedAt: timestamp(this.now), startRequests } });
    this.endWait();
  }

  end(phase: 'Completed' | 'Aborted'): void {
    this.enter(phase);
    this.set({ endedAt: timestamp(this.now) });
  }

  /** Finishes the status: the sentence, the conditions, and the evidence when it is time to write it down. */
  finish(release: Release, evidence: Evidence): Decision {
    if (!this.#keepsWaiting) this.endWait();
    const said = this.#waits ?? this.#happened.at(-1);
    const due = this.now - Date.parse(this.#status.evidenceAt ?? this.#status.startedAt ?? timestamp(this.now)) >= CHECKPOINT_MILLISECONDS;
    const text = said && !due && this.#saysTheSame(said) ? this.#before.message : said && this.#worded(said);
    const generation = release.metadata.generation;
    this.set({
      ...(text === undefined ? {} : { message: text }),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      progress: `${this.#status.held !== undefined ? 0 : Math.min(this.#status.step.index + 1, release.spec.plan.steps.length)}/${release.spec.plan.steps.length}`,
    });
    this.set({ conditions: releaseConditions(this.#status, generation, this.now) });
    const changed = !deepEqual(this.#status, this.#before);
    if ((changed || due) && !deepEqual(evidence, this.#status.evidence)) {
      const counted = this.#status.counting && countedSplit(this.#status.counting, evidence);
      this.set({
        evidence: { stable: { ...evidence.stable }, canary: { ...evidence.canary } },
        evidenceAt: timestamp(this.now),
        shares: { ...this.#status.shares, ...(counted ? { counted: { ...counted.shares } } : {}) },
      });
    }
    return { status: this.#status, happened: this.#happened, lookAgainAt: this.#lookAgainAt };
  }

  #worded(said: Message): string {
    const beside = said === this.#waits && !Object.hasOwn(said.arguments, 'problems') ? this.#beside : undefined;
    return beside ? `${describe(said)} ${describe(beside)}` : describe(said);
  }

  /** Whether the text on record says the same but for what is fleeting, so that it is not worth a write of its own. */
  #saysTheSame(said: Message): boolean {
    const fleeting = said === this.#waits ? this.#fleeting : undefined;
    if (fleeting === undefined) return false;
    const { [fleeting]: _, ...lasting } = said.arguments;
    // An argument that is missing stands in the text as {name}.
    const [until = ''] = describe({ code: said.code, arguments: lasting }).split(`{${fleeting}}`);
    return until !== '' && this.#before.message?.startsWith(until) === true;
  }
}
