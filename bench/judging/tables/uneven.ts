import { calibrationRandom, tryMargins, neededMargin, dispersions } from './uneven-calibration.js';
import { bounded, count, repeat, type Subject } from '../cell.js';
import { runJudge } from '../run-judge.js';
import { drawBlock, runRandom, type Traffic } from '../traffic.js';

const VARIATIONS = [0, 0.3, 0.5, 1, 1.8];

export const uneven: Subject = {
  name: 'uneven',
  title: 'Uneven traffic, and what calibration makes of it',
  about: 'Noise of its own on each version\'s error rate in each block of 5 s (gamma, with this coefficient of variation), 1 % errors. False alarms in half an hour with the default margin; what an hour of A/A traffic says (coefficient of variation found, margin needed); false alarms with that margin.',
  measure(bench) {
    const rows = [];
    for (const weight of [0.1, 0.5]) {
      for (const variation of VARIATIONS) {
        const traffic: Traffic = { requests: 500, weight, base: 0.01, ratio: 1, variation };
        const name = `uneven ${weight} ${variation}`;
        const alarms = (worseBy: number): number => count(repeat(bench.runs, (run) => runJudge(bench.seed, name, run, traffic, { blocks: 360, deafToPass: true, settings: { worseBy } })), 'fail');
        const random = runRandom(bench.seed, `${name} A/A`, 0);
        const recorded = repeat(720, (at) => drawBlock(random, traffic, at));
        const margins = tryMargins(recorded, Math.min(bench.runs, 300), calibrationRandom(bench.seed));
        const margin = neededMargin(margins, 0.01);
        const used = Math.max(1.5, margin ?? 10);
        rows.push([
          `CV ${variation}, ${weight * 100} %`, bounded(alarms(1.5), bench.runs), dispersions(recorded), margin === undefined ? 'none' : String(margin),
          used === 1.5 ? 'the same' : bounded(alarms(used), bench.runs),
        ]);
      }
    }
    return { columns: ['noise, weight', 'false alarms at 1.5', 'CV found', 'margin needed', 'false alarms with it'], rows, findings: [] };
  },
};
