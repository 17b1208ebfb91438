import { scanPage, type SampleReader } from './scan-page.js';

/** Something that somebody wants to know of a page. */
export interface PageQuestion<A> {
  /** Tells it from all others; the same question of several metrics is answered once. */
  readonly key: string;
  /** Begins with one page. */
  begin(): Answering<A>;
}

export interface Answering<A> {
  /** Which samples it wants to see. */
  readonly readers: Readonly<Record<string, SampleReader>>;
  /** Undefined when the page tells nothing of it. */
  answer(): A | undefined;
}

/** Answers by the key of their question; undefined where the page tells nothing of it. */
export type PageAnswers = ReadonlyMap<string, unknown>;

/** Answers all questions in one go through the page. */
export function answerPage(text: string, questions: readonly PageQuestion<unknown>[]): PageAnswers {
  const readers = new Map<string, SampleReader[]>();
  const answering = questions.map((question) => {
    const begun = question.begin();
    for (const [metric, reader] of Object.entries(begun.readers)) {
      const others = readers.get(metric);
      if (others) others.push(reader);
      else readers.set(metric, [reader]);
    }
    return [question.key, begun] as const;
  });
  scanPage(text, readers);
  return new Map(answering.map(([key, begun]) => [key, begun.answer()]));
}

/** Pages answer by the keys of questions, so an answer has the type of its question. */
export const answerTo = <A>({ key }: PageQuestion<A>, answers: PageAnswers): A | undefined => answers.get(key) as A | undefined;
