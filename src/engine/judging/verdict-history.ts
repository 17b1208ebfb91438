import { VERDICTS, type EvidenceMetric } from '../../model/evidence-record.js';

/** A verdict that was other than the one before. */
export interface VerdictEntry {
  /** The end of the sample that led to it, in milliseconds since the epoch. */
  readonly at: number;
  readonly outcome: EvidenceMetric['outcome'];
  readonly says: string;
}

/** Whether an outcome is the one before. Every metric begins undecided. */
export const isSame = (verdicts: readonly VerdictEntry[], outcome: VerdictEntry['outcome']): boolean => (verdicts.at(-1)?.outcome ?? 'undecided') === outcome;

/** The last changes, with this one. */
export const historyWith = (verdicts: readonly VerdictEntry[], entry: VerdictEntry): readonly VerdictEntry[] => [...verdicts, entry].slice(-VERDICTS);
