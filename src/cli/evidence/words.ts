import type { EvidenceMetric } from '../../model/evidence-record.js';
import type { Colours } from '../output/colours.js';

type Outcome = EvidenceMetric['outcome'];

const MARKS: Readonly<Record<Outcome, string>> = { pass: '✓', fail: '✗', undecided: '?' };

/** An outcome in its colour. */
export function outcomeColour(outcome: Outcome, { good, bad, warning }: Colours): (text: string) => string {
  return outcome === 'pass' ? good : outcome === 'fail' ? bad : warning;
}

/** `✗ errors  fail`, and whether it has a say. */
export function metricTitle({ name, outcome, dryRun }: Pick<EvidenceMetric, 'name' | 'outcome' | 'dryRun'>, colours: Colours): string {
  const colour = outcomeColour(outcome, colours);
  return `${colour(MARKS[outcome])} ${colours.strong(name)}  ${colour(outcome)}${dryRun === true ? `  ${colours.warning(DRY_RUN)}` : ''}`;
}

const DRY_RUN = 'dry run: decides nothing';

/** A metric in one line: its outcome, its sentence, and why there are no samples at the moment. */
export function metricLine({ name, outcome, dryRun, says, problem }: Pick<EvidenceMetric, 'name' | 'outcome' | 'dryRun' | 'says' | 'problem'>, colours: Colours): string {
  return [
    `${outcomeColour(outcome, colours)(MARKS[outcome])} ${name}${dryRun === true ? ` (${DRY_RUN})` : ''}: ${says}`,
    ...(problem === undefined ? [] : [colours.warning(`No samples at the moment: ${problem}`)]),
  ].join(' ');
}
