import { addGauge, defaultGaugeSettings, gaugeVerdict, newGaugeState } from '../../../src/statistics/gauges.js';
import { defaultConfidence } from '../../../src/statistics/rate-settings.js';
import { mean } from '../bounds.js';
import { bounded, duration, repeat, type Subject } from '../cell.js';
import { normal } from '../draws.js';
import { runRandom } from '../traffic.js';

const SPACING = 15;
const SAMPLES = 120;

interface Saturation {
  readonly ratio: number;
  /** Spread between Pods that lasts (their nodes differ), and from sample to sample, as parts of the logarithm. */
  readonly between: number;
  readonly within: number;
  /** How much a sample is like the one before, 0 to 1. */
  readonly memory: number;
}

const settings: readonly (readonly [name: string, saturation: Saturation])[] = [
  ['equal', { ratio: 1, between: 0.1, within: 0.3, memory: 0 }],
  ['equal, samples like the ones before', { ratio: 1, between: 0.1, within: 0.3, memory: 0.9 }],
  ['equal, Pods differ by 30 %', { ratio: 1, between: 0.3, within: 0.3, memory: 0.5 }],
  ['1.2 times', { ratio: 1.2, between: 0.1, within: 0.3, memory: 0.5 }],
  ['1.5 times', { ratio: 1.5, between: 0.1, within: 0.3, memory: 0.5 }],
  ['3 times', { ratio: 3, between: 0.1, within: 0.3, memory: 0.5 }],
  ['4 times', { ratio: 4, between: 0.1, within: 0.3, memory: 0.5 }],
];

export const gauges: Subject = {
  name: 'gauges',
  title: 'Saturation',
  about: 'CPU of 3 stable Pods and 1 canary Pod, a sample every 15 s, half an hour, defaults: worse by 2 times, promote below 3 times.',
  measure(bench) {
    const rows = settings.map(([name, { ratio, between, within, memory }]) => {
      const ends = repeat(bench.runs, (run) => {
        const random = runRandom(bench.seed, `gauges ${name}`, run);
        const pods = repeat(4, () => ({ own: between * normal(random), noise: within * normal(random) }));
        const value = (pod: { own: number; noise: number }): number => {
          pod.noise = memory * pod.noise + Math.sqrt(1 - memory ** 2) * within * normal(random);
          return Math.exp(pod.own + pod.noise);
        };
        let state = newGaugeState;
        for (let at = 1; at <= SAMPLES; at++) {
          const [one, two, three, canary] = pods.map(value);
          state = addGauge(state, { at, stable: [one ?? 0, two ?? 0, three ?? 0], canary: [(canary ?? 0) * ratio] }, { ...defaultGaugeSettings, spacing: 0 });
          const { outcome } = gaugeVerdict(state, defaultGaugeSettings, defaultConfidence);
          if (outcome !== 'undecided') return { outcome, seconds: at * SPACING };
        }
        return { outcome: 'undecided', seconds: SAMPLES * SPACING };
      });
      const of = (outcome: string): number[] => ends.filter((end) => end.outcome === outcome).map((end) => end.seconds);
      return [name, bounded(of('fail').length, bench.runs), duration(mean(of('fail'))), bounded(of('pass').length, bench.runs), duration(mean(of('pass')))];
    });
    return { columns: ['canary', 'taken back', 'after', 'promoted', 'after'], rows, findings: [] };
  },
};
