import { mkdirSync, writeFileSync } from 'node:fs';
import { formatTable } from '../harness/table.js';
import { wholeNumber } from '../harness/subject.js';
import type { Subject } from './cell.js';
import { exposure } from './tables/exposure.js';
import { falseAlarms } from './tables/false-alarms.js';
import { gauges } from './tables/gauges.js';
import { late } from './tables/late.js';
import { latency } from './tables/latency.js';
import { missed } from './tables/missed.js';
import { promotion } from './tables/promotion.js';
import { detection, facts } from './tables/reproduction.js';
import { samples } from './tables/samples.js';
import { uneven } from './tables/uneven.js';

const subjects: readonly Subject[] = [detection, facts, falseAlarms, uneven, samples, missed, promotion, exposure, late, latency, gauges];
const only = (process.env['ONLY'] ?? '').split(/[\s,]+/).filter((name) => name !== '');
const unknown = only.filter((name) => !subjects.some((subject) => subject.name === name));
if (unknown.length > 0) {
  process.stderr.write(`ONLY=${unknown.join(',')}: there are ${subjects.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}

const [runs, seed] = [wholeNumber('RUNS', 1000), wholeNumber('SEED', 1)];
// Kept where the documentation has it only when it is the whole, with the runs that it promises.
const out = only.length === 0 && runs >= 1000 ? 'docs/judging' : '.cache/judging';
mkdirSync(out, { recursive: true });
const pages: string[] = [];
const plot = (name: string, svg: string): void => writeFileSync(`${out}/${name}.svg`, svg);
for (const subject of subjects.filter(({ name }) => only.length === 0 || only.includes(name))) {
  const start = performance.now();
  const text = `## ${subject.title}\n\n${subject.about}\n\n${formatTable(subject.measure({ runs, seed, plot }))}\n`;
  process.stdout.write(`${text}\n`);
  process.stderr.write(`  ${subject.name}: ${Math.round((performance.now() - start) / 1000)} s\n`);
  pages.push(text);
}
writeFileSync(`${out}/tables.md`, `# Judging, simulated\n\n${runs} runs a cell, seed ${seed}; \`make bench-judging\` makes these tables.\n\n${pages.join('\n')}`);
process.stderr.write(`  written to ${out}\n`);
