import { twoRatesFloor } from '../../../src/statistics/floors.js';
import { mean, meanUpper95 } from '../bounds.js';
import { bounded, rate, repeat, short, type Subject } from '../cell.js';
import { runJudge } from '../run-judge.js';
import { bars } from '../plot.js';

/** How many blocks the floor is divided into, so that a block's length hides nothing. */
const FINENESS = 20;
const MARGIN = 1.5;

export const samples: Subject = {
  name: 'samples',
  title: 'Samples needed, against the floor',
  about: 'Canary requests until a bad version is found, at the defaults, against the fewest that any test can do with that knows both rates and tests the same margin (two-sample Wald floor; blocks are a twentieth of it, at least one canary request). Upper: the mean\'s upper 95 % bound. Missed: promoted instead.',
  measure(bench) {
    const rows: string[][] = [];
    const plotted: { label: string; value: number }[] = [];
    let most = 0;
    for (const base of [0.001, 0.01, 0.05]) {
      for (const weight of [0.01, 0.1, 0.5]) {
        for (const ratio of [3, 5, 10, 30, 100]) {
          if (base * ratio > 1) continue;
          const perCanary = (1 - weight) / weight;
          const floor = twoRatesFloor(base, base * ratio, perCanary, 1, MARGIN, 0.01);
          const canary = Math.max(1, Math.round(floor / FINENESS));
          const requests = Math.round(canary / weight);
          const name = `samples ${base} ${weight} ${ratio}`;
          const ends = repeat(bench.runs, (run) => runJudge(bench.seed, name, run, { requests, weight, base, ratio, seconds: 1 }, { blocks: 20 * FINENESS }));
          const found = ends.filter((end) => end.outcome === 'fail').map((end) => end.canaryRequests);
          const times = mean(found) / Math.max(1, floor);
          if (floor >= 2) most = Math.max(most, times);
          rows.push([`${rate(base)}, ${rate(weight)}, ratio ${ratio}`, short(Math.max(1, floor)), short(mean(found)), short(meanUpper95(found)), `${times.toFixed(2)}×`, bounded(ends.filter((end) => end.outcome === 'pass').length, bench.runs)]);
          if (weight === 0.1) plotted.push({ label: `${rate(base)} ×${ratio}`, value: times });
        }
      }
    }
    bench.plot('judging-samples', bars('Canary requests needed, times the two-sample floor (10 % weight)', plotted, 2));
    return { columns: ['base errors, weight', 'floor', 'mean', 'upper', 'times', 'missed'], rows, findings: [`At most ${most.toFixed(2)} times the floor, where the floor is 2 requests or more. Below that the rule that no short block decides alone costs a request or two.`] };
  },
};
