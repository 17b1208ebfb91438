import { bounded, count, rate, repeat, type Subject } from '../cell.js';
import { runJudge } from '../run-judge.js';

const HOUR = 720;

export const missed: Subject = {
  name: 'missed',
  title: 'Bad versions that pass',
  about: 'A canary exactly 2 times as bad (promised: promoted in at most 5 % of releases), and 3 times, at the defaults, 100 requests a second, blocks of 5 s, an hour at most. What is bad less often than 0.5 % is fine at the defaults, so nothing is promised of the first row.',
  measure(bench) {
    const rows = [];
    for (const [base, weight] of [[0.001, 0.5], [0.005, 0.5], [0.01, 0.01], [0.01, 0.1], [0.01, 0.5], [0.05, 0.1], [0.05, 0.5]] as const) {
      const cells = [2, 3].flatMap((ratio) => {
        const name = `missed ${base} ${weight} ${ratio}`;
        const ends = repeat(bench.runs, (run) => runJudge(bench.seed, name, run, { requests: 500, seconds: 5, base, weight, ratio }, { blocks: HOUR }));
        return [bounded(count(ends, 'pass'), bench.runs), `${((100 * count(ends, 'fail')) / bench.runs).toFixed(1)} %`];
      });
      rows.push([`${rate(base)}, ${rate(weight)}`, ...cells]);
    }
    return { columns: ['base errors, weight', '2 times: promoted', 'taken back', '3 times: promoted', 'taken back'], rows, findings: [] };
  },
};
