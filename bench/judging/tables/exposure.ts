import type { Random } from '../../../src/ports/random.js';
import { pValue } from '../../../src/statistics/e-process.js';
import { twoRatesFloor } from '../../../src/statistics/floors.js';
import { defaultConfidence, defaultRateSettings } from '../../../src/statistics/rate-settings.js';
import { addBlock, newRateState, rateVerdict } from '../../../src/statistics/rates.js';
import { mean, meanUpper95 } from '../bounds.js';
import { duration, rate, repeat, short, type Subject } from '../cell.js';
import { argo, backgroundExample } from '../peers/argo.js';
import type { Exposure, Fault } from '../peers/exposure.js';
import { flagger, howItWorks, istioTutorial } from '../peers/flagger.js';
import { kayentaLabel } from '../peers/kayenta.js';
import { bars } from '../plot.js';
import { drawBlock, runRandom, type Traffic } from '../traffic.js';
import { binomial } from '../draws.js';

const PER_SECOND = 100;
const WEIGHT = 0.1;
const BASE = 0.005;
/** Seconds from the end of a block until shares are back at 0: to scrape, to decide, to write, to be in force. */
const REACTION = 2;
/** An hour without a verdict is enough. */
const CAP = 3600;

/** A canary under Serin, judged every so many seconds, from its first request; a pass sends everybody to it. */
function serin(random: Random, every: number, fails: number, weight = WEIGHT): Exposure {
  const traffic: Traffic = { requests: PER_SECOND * every, seconds: every, weight, base: BASE, ratio: fails / BASE };
  let state = newRateState;
  const reaction = (): number => binomial(random, Math.round(REACTION * PER_SECOND * weight), fails);
  for (let at = 1; at * every <= CAP; at++) {
    state = addBlock(state, drawBlock(random, traffic, at), defaultRateSettings);
    if (pValue(state.worse) > defaultConfidence.falseAlarm && pValue(state.fine) > defaultConfidence.missed) continue;
    const { outcome } = rateVerdict(state, defaultRateSettings, defaultConfidence);
    const [seconds, met] = [at * every + REACTION, state.canary.requests + REACTION * PER_SECOND * weight];
    if (outcome === 'fail') return { outcome: 'rolled back', seconds, hurt: state.canary.bad + reaction(), met };
    if (outcome === 'pass') return { outcome: 'promoted', seconds, hurt: state.canary.bad + reaction(), met };
  }
  return { outcome: 'undecided', seconds: CAP, hurt: state.canary.bad, met: state.canary.requests };
}

/** What no test that compares the two can do with less than, on average: the two-sample floor, and the roll-back itself. */
function floor(fails: number): Exposure {
  const requests = Math.max(1, twoRatesFloor(BASE, fails, (1 - WEIGHT) / WEIGHT, 1, defaultRateSettings.worseBy, defaultConfidence.falseAlarm)) + REACTION * PER_SECOND * WEIGHT;
  return { outcome: 'rolled back', seconds: requests / (PER_SECOND * WEIGHT), hurt: requests * fails, met: requests };
}

/** Kayenta has no documented example of its own: a point every 15 s, judged every minute over all so far, at 10 %. */
function kayenta(random: Random, fails: number): Exposure {
  const traffic: Traffic = { requests: PER_SECOND * 15, weight: WEIGHT, base: BASE, ratio: fails / BASE };
  const [control, experiment]: [number[], number[]] = [[], []];
  let [hurt, met] = [0, 0];
  for (let at = 1; at * 15 <= CAP / 2; at++) {
    const { stable, canary } = drawBlock(random, traffic, at);
    control.push(stable.bad / stable.requests);
    experiment.push(canary.bad / canary.requests);
    [hurt, met] = [hurt + canary.bad, met + canary.requests];
    if (at % 4 === 0 && kayentaLabel(control, experiment) === 'High') return { outcome: 'rolled back', seconds: at * 15, hurt, met };
  }
  return { outcome: 'undecided', seconds: CAP / 2, hurt, met };
}

const judges: readonly (readonly [name: string, run: (random: Random, fails: number) => Exposure])[] = [
  ['Serin, asked every second', (random, fails) => serin(random, 1, fails)],
  ['Serin, asked every second, first step 5 %', (random, fails) => serin(random, 1, fails, 0.05)],
  ['Serin, Prometheus every 15 s', (random, fails) => serin(random, 15, fails)],
  ['the least that any test needs', (_, fails) => floor(fails)],
  ['Kayenta\'s judge, every minute', kayenta],
  ['Flagger, Istio tutorial (10 %, threshold 5)', (random, fails) => flagger(random, istioTutorial, PER_SECOND, constant(fails))],
  ['Flagger, "How it works" (5 %, threshold 10)', (random, fails) => flagger(random, howItWorks, PER_SECOND, constant(fails))],
  ['Argo Rollouts, background example', (random, fails) => argo(random, backgroundExample, PER_SECOND, constant(fails))],
];

const constant = (fails: number): Fault => () => fails;

export const exposure: Subject = {
  name: 'exposure',
  title: 'Users hurt until a bad version is taken back',
  about: `${PER_SECOND} requests a second, stable fails ${rate(BASE)}; requests that the canary fails from its first request until shares are back at 0, or until everybody has been sent to it. For Serin, 2 s are added for the roll-back itself; the peers' metrics are taken to be exact and without delay, their roll-back to take no time. Serin and Kayenta begin with 10 %, as Flagger's tutorial does.`,
  measure(bench) {
    const rows: string[][] = [];
    const findings: string[] = [];
    for (const fails of [1, 0.2, 0.05, 0.02]) {
      const plotted: { label: string; value: number }[] = [];
      let [own, tutorial, least] = [0, 0, 0];
      for (const [name, run] of judges) {
        const runs = name.startsWith('Kayenta') ? Math.min(bench.runs, 200) : bench.runs;
        const ends = repeat(runs, (number) => run(runRandom(bench.seed, `${name} ${fails}`, number), fails));
        const hurt = ends.map((end) => end.hurt);
        const back = ends.filter((end) => end.outcome === 'rolled back');
        if (name === judges[0]?.[0]) own = meanUpper95(hurt);
        if (name.startsWith('the least')) least = mean(hurt);
        if (name.includes('tutorial')) tutorial = mean(hurt);
        plotted.push({ label: name.split(',')[0] + (name.includes('15 s') ? ', 15 s' : name.includes('works') ? ', 5 %' : ''), value: mean(hurt) });
        rows.push([`${rate(fails)}: ${name}`, short(mean(hurt)), short(meanUpper95(hurt)), duration(mean(back.map((end) => end.seconds))), `${((100 * back.length) / runs).toFixed(1)} %`]);
      }
      findings.push(`Canary fails ${rate(fails)}: ${(tutorial / own).toFixed(0)} times fewer users hurt than with Flagger's tutorial (its mean over Serin's upper bound at 10 %); the least that any test needs would be ${(tutorial / least).toFixed(0)} times fewer.`);
      bench.plot(`judging-exposure-${fails * 100}`, bars(`Users hurt by a canary that fails ${rate(fails)} (logarithmic)`, plotted, 0, true));
    }
    return { columns: ['canary fails', 'users hurt', 'upper', 'taken back after', 'taken back'], rows, findings };
  },
};
