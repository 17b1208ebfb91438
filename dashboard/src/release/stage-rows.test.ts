import { describe, expect, it } from 'vitest';
import type { Stage } from '../api/types.js';
import { foldStages, stageRows } from './stage-rows.js';

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();
const stage = (index: number, state: Stage['state'], times: Pick<Stage, 'startedAt' | 'endedAt'> = {}): Stage => ({ index, kind: 'weight', what: `step ${index}`, whatZh: `第 ${index} 步`, state, ...times });
const states = (...all: Stage['state'][]): Stage[] => all.map((state, index) => stage(index, state));

describe('the sequence of stages', () => {
  it('[S0-03] says how long each stage took, and counts the present one on', () => {
    const rows = stageRows([stage(0, 'done', { startedAt: at(0), endedAt: at(30) }), stage(1, 'now', { startedAt: at(30) }), stage(2, 'todo')], 95_000);
    expect(rows.map(({ milliseconds }) => milliseconds)).toEqual([30_000, 65_000, undefined]);
  });

  it('gives no duration to what is done without an end on record, nor a negative one', () => {
    expect(stageRows([stage(0, 'done', { startedAt: at(10) })], 20_000)[0]?.milliseconds).toBeUndefined();
    expect(stageRows([stage(0, 'now', { startedAt: at(10) })], 5_000)[0]?.milliseconds).toBe(0);
    expect(stageRows([stage(0, 'now', { startedAt: 'soon' })], 5_000)[0]?.milliseconds).toBeUndefined();
  });

  it('leaves a plan of ordinary length as it is', () => {
    const items = foldStages(stageRows(states('done', 'done', 'done', 'done', 'now', 'todo', 'todo', 'todo', 'todo'), 0));
    expect(items.every((item) => 'row' in item)).toBe(true);
  });

  it('folds what is far from the present stage, and loses none', () => {
    const stages = [...Array.from({ length: 20 }, (_, index) => stage(index, 'done')), stage(20, 'now'), ...Array.from({ length: 19 }, (_, index) => stage(21 + index, 'todo'))];
    const items = foldStages(stageRows(stages, 0));
    expect(items.map((item) => ('row' in item ? item.row.stage.index : `${item.fold.rows.length} ${item.fold.state}`))).toEqual([0, '17 done', 18, 19, 20, 21, 22, '16 todo', 39]);
    expect(items.flatMap((item) => ('row' in item ? [item.row] : item.fold.rows)).map((row) => row.stage.index)).toEqual(stages.map(({ index }) => index));
  });

  it('keeps different states in folds of their own, and shows one or two stages rather than a fold of them', () => {
    const stages = [...states('done', 'done', 'done', 'done', 'done', 'done'), ...Array.from({ length: 8 }, (_, index) => stage(6 + index, 'skipped')), stage(14, 'done')];
    const items = foldStages(stageRows(stages, 0));
    expect(items.map((item) => ('row' in item ? item.row.stage.index : `${item.fold.rows.length} ${item.fold.state}`))).toEqual([0, '5 done', '6 skipped', 12, 13, 14]);
  });
});
