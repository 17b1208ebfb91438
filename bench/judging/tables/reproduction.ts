import { pValue } from '../../../src/statistics/e-process.js';
import { twoRatesFloor, waldFloor } from '../../../src/statistics/floors.js';
import { defaultRateSettings } from '../../../src/statistics/rate-settings.js';
import { addBlock, newRateState } from '../../../src/statistics/rates.js';
import { median } from '../../harness/numbers.js';
import { mean } from '../bounds.js';
import { duration, rate, repeat, short, type Bench, type Subject } from '../cell.js';
import { argo, backgroundExample } from '../peers/argo.js';
import { flagger, howItWorks, istioTutorial } from '../peers/flagger.js';
import { kayentaLabel, mannWhitney } from '../peers/kayenta.js';
import { multinomial, oddsGrid, plugIn, type PublishedTest } from '../peers/published-tests.js';
import { drawBlock, runRandom, type Traffic } from '../traffic.js';

const TRAFFIC = { requests: 500, weight: 0.1, base: 0.01 };
/** Kayenta's judge takes a thousand times as long as a test. */
const KAYENTA_RUNS = 200;

/** With fewer points the interval is only its ends, and every other canary is High. */
const LEAST_POINTS = 3;

/** The block at which a test first had its proof in each run; Infinity for never. */
function looks(bench: Bench, traffic: Traffic, test: () => PublishedTest, falseAlarm: number, blocks: number): number[] {
  return repeat(bench.runs, (run) => {
    const random = runRandom(bench.seed, JSON.stringify(traffic), run);
    const judge = test();
    for (let at = 1; at <= blocks; at++) if (judge(drawBlock(random, traffic, at)) >= Math.log(1 / falseAlarm)) return at;
    return Infinity;
  });
}

/** Ours, as a test like the others: margin 1, nothing negligible. */
function own(): PublishedTest {
  let state = newRateState;
  return (block) => {
    state = addBlock(state, block, { ...defaultRateSettings, worseBy: 1, negligible: 0 });
    return -Math.log(pValue(state.worse));
  };
}

function kayenta(bench: Bench, ratio: number): number[] {
  return repeat(Math.min(bench.runs, KAYENTA_RUNS), (run) => {
    const random = runRandom(bench.seed, `kayenta ${ratio}`, run);
    const [control, experiment]: [number[], number[]] = [[], []];
    for (let at = 1; at <= 60; at++) {
      const { stable, canary } = drawBlock(random, { ...TRAFFIC, ratio }, at);
      control.push(stable.bad / stable.requests);
      experiment.push(canary.bad / canary.requests);
      if (at >= LEAST_POINTS && kayentaLabel(control, experiment) === 'High') return at;
    }
    return Infinity;
  });
}

const share = (ends: readonly number[]): number => ends.filter(Number.isFinite).length / ends.length;
const meanOf = (ends: readonly number[]): number => mean(ends.filter(Number.isFinite));
const PUBLISHED: readonly (readonly [ratio: number, wald: string, floor: string, grid: string, plug: string, multi: string, kayenta: string])[] = [
  [2, '21.4', '26.9', '37', '46', '44', '19 (67 %)'],
  [3, '6.4', '8.2', '11.8', '13.7', '17.4', '11'],
  [5, '2.0', '2.7', '4.4', '5.4', '8.0', '6'],
  [10, '0.6', '0.8', '1.8', '2.7', '3.6', '3'],
];

const beside = (here: string, there: string): string => `${here} / ${there}`;

export const detection: Subject = {
  name: 'reproduced-tests',
  title: 'Published tests, as simulated here and as published',
  about: 'Mean blocks until a worse canary is found: 100 requests a second, 10 % on the canary, blocks of 5 s, 1 % base errors, 1 % false alarms, up to 360 blocks. Each cell: here / reference. Kayenta: judged after each block from the third, median over the runs that found it, and their share within 60 blocks. The last column is Serin\'s own test at the same margin of 1 and without a negligible rate.',
  measure(bench) {
    const rows = [];
    const none = { ...TRAFFIC, ratio: 1 };
    const tests = [() => oddsGrid(1), plugIn, () => multinomial(), own];
    const alarms = tests.map((test) => `${(share(looks(bench, none, test, 0.01, 360)) * 100).toFixed(1)} %`);
    const said = ['0.8 %', '0.5 %', '0.2 %'];
    rows.push(['1 % (false alarms)', '-', '-', ...alarms.slice(0, 3).map((alarm, index) => beside(alarm, said[index] ?? '')), beside(`${(share(kayenta(bench, 1)) * 100).toFixed(1)} %`, '4.7 %'), alarms[3] ?? '']);
    for (const [ratio, wald, floor, grid, plug, multi, kay] of PUBLISHED) {
      const found = tests.map((test) => short(meanOf(looks(bench, { ...TRAFFIC, ratio }, test, 0.01, 360))));
      const ends = kayenta(bench, ratio);
      rows.push([
        rate(0.01 * ratio),
        beside(short(waldFloor(0.01, 0.01 * ratio, { falseAlarm: 0.01, missed: 0.05 }) / 50), wald),
        beside(short(twoRatesFloor(0.01, 0.01 * ratio, 450, 50, 1, 0.01)), floor),
        beside(found[0] ?? '', grid), beside(found[1] ?? '', plug), beside(found[2] ?? '', multi),
        beside(`${short(median(ends.filter(Number.isFinite)))} (${(share(ends) * 100).toFixed(0)} %)`, kay),
        found[3] ?? '',
      ]);
    }
    return { columns: ['canary errors', 'Wald, base known', 'two-sample floor', 'odds grid', 'plug-in', 'multinomial', 'Kayenta', 'Serin'], rows, findings: [] };
  },
};

export const facts: Subject = {
  name: 'reproduced-facts',
  title: 'Other figures of the reference',
  about: 'Durations of documented examples with a canary that fails every request at 100 requests a second; promotion, uneven traffic and Kayenta\'s published interval as simulated here.',
  measure(bench) {
    const random = runRandom(bench.seed, 'facts', 0);
    const all = (): number => 1;
    const [how, tutorial, example] = [flagger(random, howItWorks, 100, all), flagger(random, istioTutorial, 100, all), argo(random, backgroundExample, 100, all)];
    const promote = (margin: number): string => short(meanOf(looks(bench, { ...TRAFFIC, ratio: 1 }, () => oddsGrid(margin, true), 0.05, 360)));
    const alarm = (variation: number, margin: number): string => `${(share(looks(bench, { ...TRAFFIC, ratio: 1, variation }, () => oddsGrid(margin), 0.01, 360)) * 100).toFixed(1)} %`;
    const { low, high, estimate } = mannWhitney([100, 100, 100, 100, 100, 100, 100, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    const joint = (ratio: number): string => short(meanOf(looks(bench, { ...TRAFFIC, ratio }, () => oddsGrid(1.5), 0.01, 720)));
    return {
      columns: ['figure', 'here', 'reference'],
      rows: [
        ['Flagger, interval 1m, threshold 10: life of a canary that fails', duration(how.seconds), 'at least 11 min'],
        ['Flagger, threshold 5, 10 %: users hurt', String(tutorial.hurt), 'about 3,000'],
        ['Argo Rollouts, background example: users hurt', String(example.hurt), 'tens of thousands'],
        ['Kayenta, interval for 7 × 100 and 3 × 1 against 10 × 1', `[${low.toPrecision(10)}, ${high}]`, '[6.825022992e-5, 99]'],
        ['Kayenta, its estimate', estimate.toFixed(5), '98.99993'],
        ['odds grid, mean blocks to promote an equal canary: below 1.5 / 2 / 3 times', [1.5, 2, 3].map(promote).join(' / '), '79 / 27 / 11'],
        ['odds grid, false alarms with noise of CV 1: margin 1 / 1.5', [1, 1.5].map((margin) => alarm(1, margin)).join(' / '), '7.8 % / 2 %'],
        ['odds grid, false alarms with noise of CV 1.8: margin 1 / 1.5', [1, 1.5].map((margin) => alarm(1.8, margin)).join(' / '), '30 % / 11.5 %'],
        ['odds grid with margin 1.5, mean blocks at ratio 3 / 5 / 10', [3, 5, 10].map(joint).join(' / '), '25.5 / 6.6 / 2.2'],
      ],
      findings: [],
    };
  },
};
