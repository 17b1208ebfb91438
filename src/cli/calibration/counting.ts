import { sumQuestion } from '../../metrics/page/exposed-question.js';
import { answerPage, answerTo, type PageQuestion } from '../../metrics/page/page-question.js';
import { requestsQuestion } from '../../metrics/page/requests-question.js';
import type { RawCounts } from '../../metrics/windows/counts.js';
import { CliError } from '../errors.js';
import type { Measure } from './measure.js';

/** Reads what a Pod counted out of what it exposes; undefined where it tells nothing of it. */
export type Counting = (text: string) => RawCounts | undefined;

/**
 * How a metric is read: as it says, else as requests are counted where nothing is said.
 * @throws CliError for a metric that cannot be read
 */
export function countingOf({ name, scrape }: Pick<Measure, 'name' | 'scrape'>): Counting {
  const { all, bad } = scrape ?? {};
  if (!all && !bad) return (text) => answered(text, requestsQuestion)?.counts;
  if (!all || !bad) throw new CliError(`metric ${name}: from.scrape names ${all ? 'all and not bad' : 'bad and not all'}; an error rate needs both.`);
  try {
    const [requests, failures] = [sumQuestion(all), sumQuestion(bad)];
    return (text) => {
      const answers = answerPage(text, [requests, failures]);
      const sum = answerTo(requests, answers);
      // A counter that has not counted yet is often not there.
      return sum === undefined ? undefined : { requests: sum, failures: answerTo(failures, answers) ?? 0 };
    };
  } catch (error) {
    throw new CliError(`metric ${name}: from.scrape: ${error instanceof Error ? error.message : String(error)}`, undefined, { cause: error });
  }
}

const answered = <A>(text: string, question: PageQuestion<A>): A | undefined => answerTo(question, answerPage(text, [question]));
