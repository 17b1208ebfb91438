import type { GateObservation, MetricObservation } from '../engine/observation.js';
import { stepOf } from '../model/plan.js';
import type { Release, ReleaseStatus } from '../model/release.js';
import type { Clock } from '../ports/clock.js';

/** One question to a webhook. */
export interface GateQuestion {
  readonly url: string;
  /** The same for every try, so that the other side can tell a repetition. */
  readonly idempotencyKey: string;
  /** JSON. */
  readonly body: unknown;
}

/** What came back: a status, and the first words of the body. */
export interface GateAnswer {
  readonly status: number;
  readonly text: string;
}

interface ReleaseName {
  readonly namespace: string;
  readonly name: string;
}

/** Posts a question. @throws Error when there is no answer */
export type GateCall = (question: GateQuestion, signal: AbortSignal) => Promise<GateAnswer>;

interface Asked {
  readonly release: ReleaseName;
  observation: GateObservation;
  readonly stopping: AbortController;
  readonly ended: Promise<void>;
}

/** How many characters of an answer are kept. */
const DETAIL_LENGTH = 200;

/**
 * Asks webhooks whether a release may go on, again and again until they answer yes or no. What is known is lost with the
 * process; then the webhook is asked once more, with the same key.
 */
export class Gates {
  readonly #call: GateCall;
  readonly #clock: Clock;
  readonly #onAnswer: (release: ReleaseName) => void;
  readonly #verdicts: (release: ReleaseName) => readonly MetricObservation[];
  readonly #asked = new Map<string, Asked>();

  /** @param verdicts what the metrics of a release say, for the question */
  constructor(call: GateCall, clock: Clock, onAnswer: (release: ReleaseName) => void, verdicts: (release: ReleaseName) => readonly MetricObservation[] = () => []) {
    this.#call = call;
    this.#clock = clock;
    this.#onAnswer = onAnswer;
    this.#verdicts = verdicts;
  }

  /** What the gate of the present step said last; undefined when none was asked. */
  observe(release: Release): GateObservation | undefined {
    return release.status?.step.called ? this.#asked.get(keyOf(release, release.status.step.index))?.observation : undefined;
  }

  /** Starts to ask where the record says so; forgets the gates of other steps. */
  carryOut(release: Release, status: ReleaseStatus): void {
    const { index, called } = status.step;
    const planned = release.spec.plan.steps[index];
    const step = planned && stepOf(planned);
    const key = keyOf(release, index);
    const due = status.phase === 'Progressing' && called && step?.kind === 'gate' && !release.spec.paused;
    const about = { namespace: release.metadata.namespace ?? '', name: release.metadata.name };
    this.forget(about, due ? key : undefined);
    if (!due || this.#asked.has(key)) return;
    const stopping = new AbortController();
    const asked: Asked = { release: about, observation: { state: 'asking', detail: 'no answer yet' }, stopping, ended: Promise.resolve() };
    this.#asked.set(key, { ...asked, ended: this.#ask(key, release, index, step.url, step.intervalMilliseconds, stopping.signal) });
  }

  /** Stops to ask for a release. @param but the key that stays */
  forget({ namespace, name }: ReleaseName, but?: string): void {
    for (const [key, { release, stopping }] of this.#asked) {
      if (release.namespace !== namespace || release.name !== name || key === but) continue;
      stopping.abort();
      this.#asked.delete(key);
    }
  }

  async stop(): Promise<void> {
    const all = [...this.#asked.values()];
    this.#asked.clear();
    for (const { stopping } of all) stopping.abort();
    await Promise.all(all.map(({ ended }) => ended));
  }

  async #ask(key: string, release: Release, index: number, url: string, interval: number, signal: AbortSignal): Promise<void> {
    const about = { namespace: release.metadata.namespace ?? '', name: release.metadata.name };
    while (!signal.aborted) {
      const verdicts = this.#verdicts(about).map(({ name, outcome, says, dryRun }) => ({ name, outcome, says, ...(dryRun ? { dryRun } : {}) }));
      const body = { ...questionOf(release, index), verdicts, idempotencyKey: key };
      const observation = await this.#call({ url, idempotencyKey: key, body }, signal).then(verdictOf, failureOf);
      const asked = this.#asked.get(key);
      if (signal.aborted || !asked) return;
      const changed = asked.observation.state !== observation.state || asked.observation.detail !== observation.detail;
      asked.observation = observation;
      if (changed) this.#onAnswer(asked.release);
      if (observation.state !== 'asking') return;
      await this.#clock.sleep(interval, signal).catch(() => undefined);
    }
  }
}

const keyOf = ({ metadata }: { readonly metadata: { readonly uid?: string } }, index: number): string => `${metadata.uid ?? ''}-${index + 1}`;

function questionOf({ metadata, spec, status }: Release, index: number): Record<string, unknown> {
  return {
    release: metadata.name, namespace: metadata.namespace, policy: spec.policy, step: index + 1, steps: spec.plan.steps.length,
    stable: spec.stable, canary: spec.canary, shares: status?.shares ?? {}, evidence: status?.evidence ?? {},
  };
}

function verdictOf({ status, text }: GateAnswer): GateObservation {
  const words = text.trim().slice(0, DETAIL_LENGTH);
  if (status >= 200 && status < 300) return { state: 'open', detail: words };
  const detail = words === '' ? `status ${status}` : `status ${status}: ${words}`;
  return { state: status === 403 ? 'refused' : 'asking', detail };
}

/** A name with several addresses fails with all their errors and no message of its own. */
function failureOf(error: unknown): GateObservation {
  const [first]: unknown[] = error instanceof AggregateError && error.message === '' ? error.errors : [error];
  return { state: 'asking', detail: first instanceof Error ? first.message : String(first) };
}
