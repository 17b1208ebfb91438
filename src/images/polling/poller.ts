import { isForbidden, isNotFound } from '../../cluster/api-error.js';
import { backoffDelay } from '../../cluster/backoff.js';
import type { ClusterClient } from '../../cluster/client.js';
import { createWorkQueue } from '../../cluster/work-queue.js';
import { resources } from '../../kubernetes/resources.js';
import type { Clock } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';
import type { RepositoryPlace } from '../matching/image-reference.js';
import { loginOf, type RegistryLogin } from '../registry/docker-config.js';
import type { RegistryAccess, RegistryClient } from '../registry/registry-client.js';
import { RegistryProblem } from '../registry/registry-problem.js';

/** What one policy wants to know of a registry. */
export interface PollWanted extends RepositoryPlace {
  readonly insecure: boolean;
  readonly secret?: { readonly namespace: string; readonly name: string };
  /** Milliseconds between two questions. */
  readonly every: number;
  /** The one tag whose digest is wanted; all tags when absent. */
  readonly tag?: string | undefined;
}

/** What a registry answered. */
export interface PollAnswer {
  /** Where all tags were wanted. */
  readonly tags?: readonly string[];
  /** The digest of a tag; undefined where there is none. @throws RegistryProblem */
  readonly digestOf: (tag: string) => Promise<string | undefined>;
}

export interface PollerParts {
  readonly client: Pick<ClusterClient, 'get'>;
  readonly registries: RegistryClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly mayWrite: () => boolean;
  /** True where Secrets may not be read. */
  readonly withoutConfig: boolean;
  /** Told of each answer, for each policy that wants it. */
  readonly onAnswer: (policy: string, answer: PollAnswer, signal: AbortSignal) => Promise<void>;
  /** Told, in a sentence without its end, why there is none. */
  readonly onProblem: (policy: string, why: string) => void;
  readonly onError: (error: Error, about: string) => void;
}

/** A registry that does not answer is asked at growing intervals, up to this, in milliseconds. */
const LONGEST_BACKOFF = 600_000;
/** No registry is asked more often, in milliseconds. */
const SHORTEST = 1000;
/** While another process leads, in milliseconds. */
const NOT_LEADING = 15_000;

/** Asks registries what they hold; one question for all policies that want to know the same. */
export class Poller {
  readonly #parts: PollerParts;
  readonly #wanted = new Map<string, { readonly question: string; readonly wanted: PollWanted }>();
  readonly #failures = new Map<string, number>();
  readonly #queue;

  constructor(parts: PollerParts) {
    this.#parts = parts;
    const { clock, random, onError } = parts;
    this.#queue = createWorkQueue((question, signal) => this.#ask(question, signal), { clock, random, workers: 4, onError: (question, error) => onError(error, `registry ${question.split(' ')[0] ?? ''}`) });
  }

  /** What a policy wants to know from now on; nothing when undefined. */
  set(policy: string, wanted: PollWanted | undefined): void {
    const before = this.#wanted.get(policy);
    if (!wanted) return void this.#wanted.delete(policy);
    const question = questionOf(wanted);
    this.#wanted.set(policy, { question, wanted });
    if (before?.question !== question || before.wanted.tag !== wanted.tag) this.#queue.add(question);
    else if (before.wanted.every > wanted.every) this.#queue.addAfter(question, wanted.every);
  }

  get busy(): number {
    return this.#queue.busy;
  }

  stop(): Promise<void> {
    return this.#queue.stop();
  }

  async #ask(question: string, signal: AbortSignal): Promise<{ againAfter: number } | undefined> {
    const { random, registries, mayWrite, onAnswer, onProblem } = this.#parts;
    const asking = [...this.#wanted].filter(([, each]) => each.question === question);
    const [first] = asking;
    if (!first) {
      this.#failures.delete(question);
      return undefined;
    }
    const every = Math.max(SHORTEST, Math.min(...asking.map(([, { wanted }]) => wanted.every)));
    // Spread, so that what was asked for at once is not asked for at once for ever.
    const later = { againAfter: every * (0.9 + random() / 5) };
    if (!mayWrite()) return { againAfter: Math.max(NOT_LEADING, every) };
    try {
      const access: RegistryAccess = { ...first[1].wanted, login: await this.#login(first[1].wanted, signal) };
      const digests = new Map<string, Promise<string | undefined>>();
      const digestOf = (tag: string): Promise<string | undefined> => {
        const known = digests.get(tag) ?? registries.digest(access, tag, signal);
        digests.set(tag, known);
        return known;
      };
      const tags = asking.some(([, { wanted }]) => wanted.tag === undefined) ? await registries.tags(access, signal) : undefined;
      let failed: RegistryProblem | undefined;
      for (const [policy, { wanted }] of asking) {
        const answer: PollAnswer = { digestOf, ...(tags === undefined || wanted.tag !== undefined ? {} : { tags }) };
        const problem = await onAnswer(policy, answer, signal).catch(problemIn);
        if (problem) onProblem(policy, problem.message);
        if (problem) failed ??= problem;
      }
      if (failed) return this.#backOff(question, failed, every);
      this.#failures.delete(question);
      return later;
    } catch (error) {
      const problem = problemIn(error);
      for (const [policy] of asking) onProblem(policy, problem.message);
      return this.#backOff(question, problem, every);
    }
  }

  #backOff(question: string, { retryAfter = 0 }: RegistryProblem, every: number): { againAfter: number } {
    const failures = this.#failures.get(question) ?? 0;
    this.#failures.set(question, failures + 1);
    return { againAfter: Math.max(retryAfter, backoffDelay(failures, { first: every, longest: Math.max(every, LONGEST_BACKOFF) }, this.#parts.random)) };
  }

  async #login({ secret, registry }: PollWanted, signal: AbortSignal): Promise<RegistryLogin | undefined> {
    if (!secret) return undefined;
    const title = `Secret ${secret.namespace}/${secret.name}`;
    if (this.#parts.withoutConfig) throw new RegistryProblem(`${title} may not be read: the controller runs without rights to Secrets; leave poll.secret out, or install it with them`);
    try {
      const { data } = await this.#parts.client.get(resources.secrets, secret, { signal });
      const text = data?.['.dockerconfigjson'];
      if (text === undefined) throw new RegistryProblem(`${title} has no .dockerconfigjson; make it with: kubectl create secret docker-registry`);
      return loginOf(Buffer.from(text, 'base64').toString('utf8'), registry);
    } catch (error) {
      if (error instanceof RegistryProblem) throw error;
      if (isNotFound(error)) throw new RegistryProblem(`there is no ${title}; create it, or correct poll.secret`);
      if (isForbidden(error)) throw new RegistryProblem(`${title} may not be read; allow it to the controller`);
      signal.throwIfAborted();
      // What is in a Secret never stands in an error of ours.
      throw new RegistryProblem(`${title} cannot be used: ${error instanceof Error && !('status' in error) ? error.message : 'the cluster does not answer'}`);
    }
  }
}

/** @throws what is no problem of a registry */
function problemIn(error: unknown): RegistryProblem {
  if (error instanceof RegistryProblem) return error;
  throw error;
}

/** Two policies with the same question are one. */
const questionOf = ({ registry, path, insecure, secret }: PollWanted): string => [`${registry}/${path}`, insecure ? 'http' : 'https', secret ? `${secret.namespace}/${secret.name}` : ''].join(' ');
