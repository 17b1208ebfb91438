import type { Colours } from '../output/colours.js';
import { plural } from '../output/quantities.js';
import { tableLines } from '../output/table.js';
import { wrapped } from '../output/wrapped.js';
import type { Advice } from './advice.js';
import type { Assessment } from './assessment.js';
import type { Measure } from './measure.js';

const percent = (part: number): string => `${Number((part * 100).toPrecision(2))} %`;

/** A calibration as lines for a person. @param columns of the terminal */
export function calibrationLines({ blocks, seconds, stable, canary, promised, margins, own, holds, dispersion }: Assessment, { name, settings }: Measure, advice: Advice, { good, bad, strong, faint }: Colours, columns: number): string[] {
  const [requests, failed] = [stable.requests + canary.requests, stable.bad + canary.bad];
  const rows = own === undefined || margins.includes(own) ? margins : [...margins, own].sort((a, b) => a.worseBy - b.worseBy);
  const table = tableLines([
    { title: 'MARGIN', text: ({ worseBy }) => `${worseBy}x` },
    { title: 'TAKEN BACK', text: ({ falseAlarms, releases }) => `${falseAlarms} of ${releases}` },
    { title: 'RATE', text: ({ falseAlarms, releases }) => percent(falseAlarms / releases) },
    { title: '', text: ({ worseBy }) => (worseBy === settings.worseBy ? 'the margin of the policy' : ' ') },
  ], rows);
  return [
    `${strong(`metric ${name}`)}: ${plural(blocks, 'sample')} in ${Math.round(seconds)} s, ${plural(requests, 'request')}, ${failed} bad${requests > 0 ? ` (${percent(failed / requests)})` : ''}`,
    faint(`halves: ${stable.requests} requests, ${stable.bad} bad; ${canary.requests} requests, ${canary.bad} bad`),
    ...(rows.length === 0 ? [] : ['', `made-up releases of stable against itself; ${percent(promised)} may be taken back`, ...table.map((line, index) => (rows[index - 1]?.falseAlarms === 0 ? good(line) : rows[index - 1] === own && !holds ? bad(line) : line))]),
    ...(dispersion.length === 0 || failed === 0 ? [] : ['', 'how uneven the halves are, beyond chance', ...tableLines([
      { title: 'OVER', text: (each) => plural(each.blocks, 'sample') },
      { title: 'VARIATION', text: (each) => percent(each.variation) },
    ], dispersion)]),
    '',
    ...wrapped(advice.text, columns),
    ...(advice.yaml === undefined ? [] : ['', ...advice.yaml.split('\n').map((line) => `  ${line}`)]),
  ];
}
