import type { CronJob, Job } from '../../../../kubernetes/generated/batch-v1.js';
import { column, NONE } from '../columns.js';
import { ageSince, humanDuration } from '../duration.js';
import type { TableColumn } from '../kind.js';

export const jobColumns: readonly TableColumn[] = [
  column<Job>('Status', 'Status of the job.', statusOf),
  column<Job>('Completions', 'Pods that have succeeded of those that must.', ({ spec, status }) => {
    const done = status?.succeeded ?? 0;
    if (spec?.completions !== undefined) return `${done}/${spec.completions}`;
    const parallelism = spec?.parallelism ?? 0;
    return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
  }),
  column<Job>('Duration', 'Time required to complete the job.', ({ status }, now) => {
    if (!status?.startTime) return '';
    const end = status.completionTime ? Date.parse(status.completionTime) : now;
    return humanDuration(end - Date.parse(status.startTime));
  }),
];

export const cronJobColumns: readonly TableColumn[] = [
  column<CronJob>('Schedule', 'When it runs.', ({ spec }) => spec?.schedule ?? ''),
  column<CronJob>('Timezone', 'Where the schedule holds.', ({ spec }) => spec?.timeZone ?? NONE),
  column<CronJob>('Suspend', 'Whether it is held back.', ({ spec }) => (spec?.suspend === true ? 'True' : 'False'), 'boolean'),
  column<CronJob>('Active', 'Jobs that run now.', ({ status }) => (status?.active ?? []).length, 'integer'),
  column<CronJob>('Last Schedule', 'Time since it last ran.', ({ status }, now) => (status?.lastScheduleTime ? ageSince(status.lastScheduleTime, now) : NONE)),
];

const CONDITIONS = [
  ['Suspended', 'Suspended'],
  ['FailureTarget', 'FailureTarget'],
  ['SuccessCriteriaMet', 'SuccessCriteriaMet'],
] as const;

function statusOf({ metadata, status }: Job): string {
  const holds = (wanted: string): boolean => (status?.conditions ?? []).some(({ type, status: value }) => type === wanted && value === 'True');
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (metadata.deletionTimestamp) return 'Terminating';
  return CONDITIONS.find(([type]) => holds(type))?.[1] ?? 'Running';
}
