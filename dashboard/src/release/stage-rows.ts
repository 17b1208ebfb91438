import { lasted } from './lasted.js';
import type { Stage } from '../api/types.js';

/** Where a stage stands. */
export type StageState = Stage['state'];

/** A stage and how long it took, or has taken so far, in milliseconds. */
export interface StageRow {
  readonly stage: Stage;
  readonly milliseconds?: number;
}

/** Several stages of one state that are shown as one line until somebody opens it. */
export interface StageFold {
  readonly state: StageState;
  readonly rows: readonly StageRow[];
}

export type StageItem = { readonly row: StageRow } | { readonly fold: StageFold };

/** A plan with more stages than this is folded where nothing happens. */
const MANY = 12;
/** So many stages before and after the present one are always shown. */
const NEAR = 2;

/** Stages with their durations; the present one counts on. @param now milliseconds since the epoch */
export function stageRows(stages: readonly Stage[], now: number): StageRow[] {
  return stages.map((stage) => {
    const counts = stage.state === 'now' || stage.endedAt !== undefined;
    const milliseconds = counts ? lasted(stage.startedAt, stage.endedAt, now) : undefined;
    return milliseconds === undefined ? { stage } : { stage, milliseconds };
  });
}

/** Folds what is long done and what is far ahead of a long plan; the first, the last and what is near stay. */
export function foldStages(rows: readonly StageRow[]): StageItem[] {
  if (rows.length <= MANY) return rows.map((row) => ({ row }));
  const found = rows.findIndex(({ stage }) => stage.state === 'now');
  const present = found >= 0 ? found : rows.length - 1;
  const items: StageItem[] = [];
  let run: StageRow[] = [];
  const close = (): void => {
    const [first] = run;
    if (first && run.length > 2) items.push({ fold: { state: first.stage.state, rows: run } });
    else items.push(...run.map((row) => ({ row })));
    run = [];
  };
  rows.forEach((row, at) => {
    const near = Math.abs(at - present) <= NEAR || at === 0 || at === rows.length - 1;
    if (near || (run[0] && run[0].stage.state !== row.stage.state)) close();
    if (near) items.push({ row });
    else run.push(row);
  });
  close();
  return items;
}
