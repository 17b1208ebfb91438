import { mean, meanUpper95 } from '../bounds.js';
import { duration, repeat, type Subject } from '../cell.js';
import { oddsGrid } from '../peers/published-tests.js';
import { runJudge } from '../run-judge.js';
import { drawBlock, runRandom, type Traffic } from '../traffic.js';

const SECONDS = 5;
const LEAK_AT = 120;
const CAP = 1440;

const leaks: readonly (readonly [name: string, ratio: (block: number) => number])[] = [
  ['jumps to 5 times', (block) => (block > LEAK_AT ? 5 : 1)],
  ['jumps to 20 times', (block) => (block > LEAK_AT ? 20 : 1)],
  ['grows by 1 time a minute', (block) => 1 + Math.max(0, block - LEAK_AT) / 12],
];

export const late: Subject = {
  name: 'late',
  title: 'Trouble that begins late',
  about: 'A canary that is well for 10 minutes and then begins to fail: 100 requests a second, 10 %, 1 % base errors, margin 1.5, pass not ending the run. Time from the first trouble until it is taken back, beside the same test without mixed starts and beside a fault from the start.',
  measure(bench) {
    const rows = leaks.map(([name, ratio]) => {
      const traffic: Traffic = { requests: 500, seconds: SECONDS, weight: 0.1, base: 0.01, ratio };
      const key = `late ${name}`;
      const ends = repeat(bench.runs, (run) => runJudge(bench.seed, key, run, traffic, { blocks: CAP, deafToPass: true }));
      const early = ends.filter((end) => end.outcome === 'fail' && end.block <= LEAK_AT).length;
      const after = ends.filter((end) => end.outcome === 'fail' && end.block > LEAK_AT).map((end) => (end.block - LEAK_AT) * SECONDS);
      const plain = repeat(Math.min(bench.runs, 300), (run) => {
        const [random, judge] = [runRandom(bench.seed, key, run), oddsGrid(1.5)];
        for (let at = 1; at <= CAP; at++) if (judge(drawBlock(random, traffic, at)) >= Math.log(100)) return (at - LEAK_AT) * SECONDS;
        return (CAP - LEAK_AT) * SECONDS;
      });
      const atOnce = repeat(bench.runs, (run) => runJudge(bench.seed, `${key} at once`, run, { ...traffic, ratio: (block) => ratio(block + LEAK_AT) }, { blocks: CAP, deafToPass: true })).map((end) => end.block * SECONDS);
      return [name, duration(mean(after)), duration(meanUpper95(after)), `${((100 * after.length) / bench.runs).toFixed(1)} %`, String(early), duration(mean(plain)), duration(mean(atOnce))];
    });
    return { columns: ['after 10 minutes', 'found after', 'upper', 'found', 'alarms before', 'without mixed starts', 'had it begun at once'], rows, findings: [] };
  },
};
