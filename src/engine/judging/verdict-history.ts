import { VERDICTS, type EvidenceMetric } from '../../model/evidence-record.js';

/** A verdict that was other than the one before. */
export interface VerdictEntry {
  /** The end of the sample that led to it, in milliseconds since the epoch. */
  readonly at: number;
  readonly outcome: EvidenceMetric['outcome'];
  readonly says: string;
}

/** The last changes, with this one when it is one. Every metric begins undecided. */
export function historyWith(verdicts: readonly VerdictEntry[], entry: VerdictEntry): readonly VerdictEntry[] {
  return (verdicts.at(-1)?.outcome ?? 'undecided') === entry.outcome ? verdicts : [...verdicts, entry].slice(-VERDICTS);
}
