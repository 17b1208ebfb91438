import { mean, meanUpper95 } from '../bounds.js';
import { bounded, duration, rate, repeat, type Subject } from '../cell.js';
import { runJudge } from '../run-judge.js';

const SECONDS = 5;
const HOUR = 3600 / SECONDS;

export const promotion: Subject = {
  name: 'promotion',
  title: 'Time to promote when healthy',
  about: 'A canary like stable, 100 requests a second, blocks of 5 s, defaults (promote when certainly less than 2 times as bad or under 0.5 %), at most an hour. Flagger\'s documented example takes 9 minutes at the least, Argo\'s 40, whatever the evidence.',
  measure(bench) {
    const rows: string[][] = [];
    for (const base of [0, 0.001, 0.005, 0.01, 0.05]) {
      for (const weight of [0.01, 0.1, 0.3, 0.5]) {
        const name = `promotion ${base} ${weight}`;
        const ends = repeat(bench.runs, (run) => runJudge(bench.seed, name, run, { requests: 500, seconds: SECONDS, weight, base, ratio: 1 }, { blocks: HOUR }));
        const passed = ends.filter((end) => end.outcome === 'pass').map((end) => end.block * SECONDS);
        const share = (outcome: string): number => ends.filter((end) => end.outcome === outcome).length;
        rows.push([`${rate(base)}, ${rate(weight)}`, duration(mean(passed)), duration(meanUpper95(passed)), `${((100 * passed.length) / bench.runs).toFixed(1)} %`, `${((100 * share('undecided')) / bench.runs).toFixed(1)} %`, bounded(share('fail'), bench.runs)]);
      }
    }
    return { columns: ['base errors, weight', 'mean', 'upper', 'promoted', 'undecided after 1 h', 'taken back'], rows, findings: [] };
  },
};
