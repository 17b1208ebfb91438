import { abortReason, type Clock } from '../../ports/clock.js';
import type { FetchBudget } from '../budget/fetch-budget.js';
import { answerPage, type PageAnswers, type PageQuestion } from '../page/page-question.js';
import type { FetchPage } from './http-pages.js';
import type { ScrapeTarget } from './scrape-target.js';

/** How long one Pod may take to answer, in milliseconds. */
const TIMEOUT = 2000;
/** How young an answer is good enough for whoever asks next where nothing else is said, in milliseconds. */
const FRESH = 500;
/** What nobody asked for so long is not read any more, in milliseconds. */
const FORGOTTEN = 120_000;
/** The longest rest of a Pod that does not answer in time, in milliseconds. */
const LONGEST_REST = 30_000;

/** What a page said. */
export interface PageReading {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly answers: PageAnswers;
}

interface Page {
  readonly questions: Map<string, { readonly question: PageQuestion<unknown>; askedAt: number }>;
  askedAt: number;
  last: PageReading | undefined;
  underWay: { readonly keys: ReadonlySet<string>; readonly reading: Promise<PageReading> } | undefined;
  /** Only one that lets others wait rests: a refusal costs nothing. */
  rest: { readonly until: number; readonly milliseconds: number; readonly error: Error } | undefined;
}

export interface PagesOptions {
  readonly clock: Clock;
  readonly budget: FetchBudget;
  readonly fetch: FetchPage;
  /** An answer that is younger is good enough for whoever asks next, in milliseconds. */
  readonly fresh?: number;
}

/** Pages of Pods, fetched once for all who want something of them, and gone through once for all that they want. */
export class Pages {
  readonly #options: PagesOptions;
  readonly #pages = new Map<string, Page>();
  #sweptAt = 0;

  constructor(options: PagesOptions) {
    this.#options = options;
  }

  /** Whether the next `read` has to fetch. */
  costs(target: ScrapeTarget, pod: string, questions: readonly PageQuestion<unknown>[]): boolean {
    const page = this.#pages.get(keyOf(target, pod));
    return page === undefined || (this.#known(page, questions) === undefined && !this.#rests(page));
  }

  /**
   * What a page says. @param place called when a fetch is needed. @returns whether one may be made
   * @throws Error why there is nothing; NoPlace when `place` said no
   */
  async read(target: ScrapeTarget, pod: string, questions: readonly PageQuestion<unknown>[], place: () => boolean, signal: AbortSignal): Promise<PageReading> {
    const now = this.#options.clock.now();
    const page = this.#page(keyOf(target, pod), now);
    page.askedAt = now;
    for (const question of questions) page.questions.set(question.key, { question, askedAt: now });
    const known = this.#known(page, questions);
    if (known) return known;
    if (page.rest && this.#rests(page)) throw page.rest.error;
    if (!place()) throw new NoPlace();
    const all = [...page.questions.values()].filter(({ askedAt }) => askedAt > now - FORGOTTEN).map(({ question }) => question);
    const reading = this.#fetch(target, page, all, signal);
    const underWay = { keys: new Set(all.map(({ key }) => key)), reading };
    page.underWay = underWay;
    try {
      return await reading;
    } finally {
      if (page.underWay === underWay) page.underWay = undefined;
    }
  }

  async #fetch(target: ScrapeTarget, page: Page, questions: readonly PageQuestion<unknown>[], signal: AbortSignal): Promise<PageReading> {
    const { budget, clock, fetch } = this.#options;
    try {
      const text = await budget.fetch(() => withinTime((inTime) => fetch(target, inTime), clock, signal));
      page.rest = undefined;
      page.last = { at: clock.now(), answers: answerPage(text, questions) };
      return page.last;
    } catch (error) {
      if (error instanceof TimedOut) {
        const milliseconds = Math.min(LONGEST_REST, page.rest ? page.rest.milliseconds * 2 : TIMEOUT);
        page.rest = { until: clock.now() + milliseconds, milliseconds, error };
      }
      throw error;
    }
  }

  #known(page: Page, questions: readonly PageQuestion<unknown>[]): Promise<PageReading> | PageReading | undefined {
    const { last, underWay } = page;
    if (last && last.at > this.#options.clock.now() - (this.#options.fresh ?? FRESH) && questions.every(({ key }) => last.answers.has(key))) return last;
    return underWay && questions.every(({ key }) => underWay.keys.has(key)) ? underWay.reading : undefined;
  }

  #rests({ rest }: Page): boolean {
    return rest !== undefined && rest.until > this.#options.clock.now();
  }

  #page(key: string, now: number): Page {
    if (this.#sweptAt < now - FORGOTTEN) {
      this.#sweptAt = now;
      for (const [each, { askedAt }] of this.#pages) if (askedAt < now - FORGOTTEN) this.#pages.delete(each);
    }
    let page = this.#pages.get(key);
    if (!page) this.#pages.set(key, (page = { questions: new Map(), askedAt: now, last: undefined, underWay: undefined, rest: undefined }));
    return page;
  }
}

const keyOf = ({ address, port, path }: ScrapeTarget, pod: string): string => `${pod} ${address}:${port}${path}`;

/** Another round has to fetch it. */
export class NoPlace extends Error {}

class TimedOut extends Error {}

async function withinTime<T>(work: (signal: AbortSignal) => Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  const done = new AbortController();
  const late = new TimedOut(`no answer within ${TIMEOUT / 1000} s`);
  clock.sleep(TIMEOUT, AbortSignal.any([done.signal, signal])).then(() => over.abort(late), () => undefined);
  try {
    return await work(AbortSignal.any([over.signal, signal]));
  } catch (error) {
    if (over.signal.aborted) throw late;
    throw signal.aborted ? abortReason(signal) : error;
  } finally {
    done.abort();
  }
}
