import type { Colours } from '../output/colours.js';
import { plural } from '../output/quantities.js';
import { tableLines } from '../output/table.js';
import { wrapped } from '../output/wrapped.js';
import type { Calibrated, Suggestion } from './advice.js';
import type { Assessment } from './assessment.js';
import { marginOf } from './margins.js';

/** `0.5 %` */
export const formatPart = (part: number): string => `${Number((part * 100).toPrecision(2))} %`;

/** A calibration as lines for a person. @param promised of all metrics together @param columns of the terminal */
export function calibrationLines(calibrated: readonly Calibrated[], promised: number, suggestions: readonly Suggestion[], colours: Colours, columns: number): string[] {
  return [
    ...calibrated.flatMap((each, index) => [...(index === 0 ? [] : ['']), ...metricLines(each, colours, columns)]),
    ...togetherLines(calibrated, promised, columns),
    ...suggestions.flatMap(({ place, yaml }) => ['', `To paste under spec of ${place}:`, '', ...yaml.split('\n').map((line) => `  ${line}`)]),
  ];
}

function metricLines({ metric: { name, judged: { measure } }, assessment, advice }: Calibrated, { good, bad, strong, faint }: Colours, columns: number): string[] {
  const { margins, own, holds, promised, dispersion, stable, canary } = assessment;
  const margin = marginOf(measure);
  const rows = own === undefined || margins.includes(own) ? margins : [...margins, own].sort((a, b) => a.worseBy - b.worseBy);
  const limit = Object.hasOwn(margin.written(margin.own) ?? {}, 'below');
  const table = tableLines([
    { title: limit ? 'LIMIT' : 'MARGIN', text: ({ worseBy }) => margin.shown(worseBy) },
    { title: 'TAKEN BACK', text: ({ falseAlarms, releases }) => `${falseAlarms} of ${releases}` },
    { title: 'RATE', text: ({ falseAlarms, releases }) => formatPart(falseAlarms / releases) },
    { title: '', text: ({ worseBy }) => (worseBy === margin.own ? `the ${limit ? 'limit' : 'margin'} of the policy` : ' ') },
  ], rows);
  return [
    `${strong(`metric ${name}`)}: ${countedOf(assessment)}`,
    ...(assessment.samples === 0 ? [] : measure.how === 'rate' ? [faint(`halves: ${stable.requests} requests, ${stable.bad} bad; ${canary.requests} requests, ${canary.bad} bad`)] : measure.how === 'latency' || measure.how === 'shift' ? [faint(`halves: ${stable.requests} requests; ${canary.requests} requests`)] : []),
    ...(rows.length === 0 ? [] : ['', `made-up releases of stable against itself; ${formatPart(promised)} may be taken back`, ...table.map((line, index) => (rows[index - 1]?.falseAlarms === 0 ? good(line) : rows[index - 1] === own && !holds ? bad(line) : line))]),
    ...(dispersion.length === 0 || stable.bad + canary.bad === 0 ? [] : ['', 'how uneven the halves are, beyond chance', ...tableLines([
      { title: 'OVER', text: (each) => plural(each.blocks, 'sample') },
      { title: 'VARIATION', text: (each) => formatPart(each.variation) },
    ], dispersion)]),
    '',
    ...wrapped(advice.text, columns),
  ];
}

function countedOf({ kind, samples, seconds, stable, canary }: Assessment): string {
  const [requests, bad] = [stable.requests + canary.requests, stable.bad + canary.bad];
  const seen = `${plural(samples, 'sample')} in ${Math.round(seconds)} s`;
  if (kind === 'saturation') return seen;
  return `${seen}, ${plural(requests, 'request')}${kind === 'errorRate' ? `, ${bad} bad${requests > 0 ? ` (${formatPart(bad / requests)})` : ''}` : ''}`;
}

/** What the analysis as a whole comes to; the parts of its metrics are added up, since any of them takes a release back. */
function togetherLines(calibrated: readonly Calibrated[], promised: number, columns: number): string[] {
  const heard = calibrated.filter(({ metric, assessment: { own } }) => own !== undefined && !metric.judged.dryRun);
  if (heard.length < 2) return [];
  const rate = heard.reduce((sum, { assessment: { own } }) => sum + (own ? own.falseAlarms / own.releases : 0), 0);
  return ['', ...wrapped(`All together: at most ${formatPart(Math.min(1, rate))} of such releases would have been taken back with the policy as it is; it promises ${formatPart(promised)}.`, columns)];
}
