import type { EvidenceSpec } from '../../model/evidence-record.js';
import { formatClock } from '../output/times.js';

/** What was said of each metric already, by its name. */
export type ToldMetrics = ReadonlyMap<string, string>;

/** What is new in a record, a line a metric. Numbers that grow are no news; an outcome, a problem and its end are. */
export function evidenceNews(record: EvidenceSpec, told: ToldMetrics): { readonly lines: string[]; readonly told: ToldMetrics } {
  const now = new Map(record.metrics.map(({ name, outcome, problem = '' }) => [name, `${outcome} ${problem}`]));
  const fresh = record.metrics.filter(({ name }) => now.get(name) !== told.get(name));
  const time = formatClock(record.writtenAt);
  return {
    lines: fresh.map(({ name, outcome, dryRun, says, problem }) => `${time} ${record.release}: ${name} ${outcome}${dryRun === true ? ' (dry run)' : ''}: ${says}${problem === undefined ? '' : ` No samples at the moment: ${problem}`}`),
    told: now,
  };
}
