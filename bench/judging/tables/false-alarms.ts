import { upper95 } from '../bounds.js';
import { bounded, count, rate, repeat, type Subject } from '../cell.js';
import { runJudge, type Judging } from '../run-judge.js';
import type { Traffic } from '../traffic.js';

const BLOCKS = 360;

/** Half an hour of 100 requests a second in blocks of 5 s, looked at after each. */
const common = { requests: 500, seconds: 5 };
const wave = (block: number): number => 1 + 0.9 * Math.sin(block / 20);
const outage = (block: number): number => (block > 100 && block < 130 ? 20 : 1);

const settings: readonly (readonly [name: string, traffic: Traffic])[] = [
  ...[0.001, 0.01, 0.05].flatMap((base) => [0.01, 0.1, 0.5].map((weight) => [`${rate(base)} errors, ${rate(weight)} weight`, { ...common, base, weight, ratio: 1 }] as const)),
  ...[0.001, 0.01, 0.05].map((base) => [`${rate(base)}, 10 %, canary exactly 1.5 times as bad`, { ...common, base, weight: 0.1, ratio: 1.5 }] as const),
  ['30 % errors, 50 %, canary exactly 1.5 times as bad', { ...common, base: 0.3, weight: 0.5, ratio: 1.5 }],
  ['1 %, 10 %, base rate up and down tenfold', { ...common, base: 0.01, weight: 0.1, ratio: 1, drift: wave }],
  ['1 %, 10 %, both fail 20 % for 2.5 min', { ...common, base: 0.01, weight: 0.1, ratio: 1, drift: outage }],
];

export const falseAlarms: Subject = {
  name: 'false-alarms',
  title: 'False alarms',
  about: 'Releases that are taken back although nothing is wrong, at the defaults (worse by 1.5 times, promised at most 1 %), after 360 looks in half an hour at 100 requests a second; a pass does not end the run. In brackets the upper 95 % bound.',
  measure(bench) {
    const judging: Judging = { blocks: BLOCKS, deafToPass: true };
    const kept: boolean[] = [];
    const rows = settings.map(([name, traffic]) => {
      const fails = count(repeat(bench.runs, (run) => runJudge(bench.seed, name, run, traffic, judging)), 'fail');
      kept.push(fails / bench.runs <= 0.01);
      return [name, bounded(fails, bench.runs), fails / bench.runs <= 0.01 ? 'yes' : 'NO'];
    });
    return {
      columns: ['traffic', 'false alarms', 'promise kept'], rows,
      findings: [`Kept in ${kept.filter(Boolean).length} of ${kept.length} settings. With ${bench.runs} runs, none seen has an upper bound of ${(upper95(0, bench.runs) * 100).toFixed(2)} %.`],
    };
  },
};
