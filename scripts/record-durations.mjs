// Writes test/durations.ts, by which test files are put in order, from a report of vitest in JSON: what the report has no word of stays
// as it was. Usage: node scripts/record-durations.mjs [.cache/results/run-tests.json]
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const LEAST_SECONDS = 5;
const project = fileURLToPath(new URL('../', import.meta.url));
const kept = join(project, 'test', 'durations.ts');

const [report = join(project, '.cache', 'results', 'run-tests.json')] = process.argv.slice(2);
const text = readFileSync(kept, 'utf8');
const durations = new Map([...text.matchAll(/^ {2}'(.+)': (\d+),$/gm)].map(([, file, seconds]) => [file, Number(seconds)]));
for (const { name, startTime, endTime } of JSON.parse(readFileSync(report, 'utf8')).testResults) durations.set(relative(project, name), Math.round((endTime - startTime) / 1000));

const lines = [...durations].filter(([, seconds]) => seconds >= LEAST_SECONDS).sort(([one, first], [other, second]) => second - first || (one < other ? -1 : 1)).map(([file, seconds]) => `  '${file}': ${seconds},\n`);
writeFileSync(kept, `${text.slice(0, text.indexOf('= {\n') + 4)}${lines.join('')}};\n`);
console.log(`${lines.length} files of ${LEAST_SECONDS} seconds and more`);
