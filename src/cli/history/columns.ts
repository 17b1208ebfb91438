import { formatDuration } from '../../model/duration.js';
import { hasEnded } from '../../model/release.js';
import { formatShare } from '../output/quantities.js';
import type { Column } from '../output/table.js';
import { formatSpan } from '../output/times.js';
import type { ReleaseRecord } from './record.js';

/** The columns of a history. @param now milliseconds since the epoch */
export const historyColumns = (now: number): Column<ReleaseRecord>[] => [
  { title: 'NUMBER', text: ({ number }) => String(number) },
  { title: 'RELEASE', text: ({ name }) => name, wide: true },
  { title: 'STRATEGY', text: ({ strategy }) => strategy ?? '', wide: true },
  { title: 'FROM', text: ({ from }) => from },
  { title: 'TO', text: ({ to }) => to },
  { title: 'OUTCOME', text: ({ outcome }) => outcome },
  { title: 'TOOK', text: ({ startedAt, endedAt, outcome }) => `${formatSpan(startedAt, endedAt, now)}${hasEnded(outcome) ? '' : ' so far'}` },
  { title: 'REACHED', text: ({ reached }) => formatShare(reached) },
  { title: 'MET IT', text: ({ met }) => String(met.requests) },
  { title: 'FAILED', text: ({ met }) => String(met.failures) },
  { title: 'JUDGED', text: ({ judged, tested }) => judged ?? (tested.length > 0 ? 'by Job' : 'no') },
  { title: 'TAKEN BACK', text: ({ takenBackBy, takenBackWithin }) => (takenBackBy === undefined ? '' : `by ${takenBackBy}${takenBackWithin === undefined ? '' : `, within ${formatDuration(takenBackWithin)}`}`) },
  { title: 'WHY', text: ({ hotfix, why }) => [hotfix === undefined ? '' : `hotfix: ${hotfix}`, why].filter(Boolean).join('; ') },
];
