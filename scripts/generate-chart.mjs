// Writes charts/serin and the tables of docs/reference/installation.md from src/installation, as built.
// With --check it writes nothing, names the files that are out of date, and ends with 1 when there are any.
// SERIN_DIST names another build than dist/.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = resolve(process.env.SERIN_DIST ?? join(project, 'dist'));
if (!existsSync(join(dist, 'installation', 'chart', 'chart-files.js'))) {
  console.error(`There is no build in ${dist}; make one with: make build`);
  process.exit(1);
}
const load = (path) => import(pathToFileURL(join(dist, path)).href);
const { chartFiles } = await load('installation/chart/chart-files.js');
const { installationPage } = await load('installation/chart/reference-page.js');
const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));

const CHART = join('charts', 'serin');
const files = new Map([...chartFiles(version)].map(([path, text]) => [join(CHART, path), text]));
files.set(join('docs', 'reference', 'installation.md'), installationPage());

const read = (path) => (existsSync(join(project, path)) ? readFileSync(join(project, path), 'utf8') : undefined);
const stale = [...files].filter(([path, text]) => read(path) !== text).map(([path]) => path);
const there = existsSync(join(project, CHART)) ? readdirSync(join(project, CHART), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(project.length + 1)) : [];
const surplus = there.filter((path) => !files.has(path));
if (process.argv.includes('--check')) {
  for (const path of [...stale, ...surplus]) console.error(`${path} is out of date; run: make build && node scripts/generate-chart.mjs`);
  process.exitCode = stale.length + surplus.length > 0 ? 1 : 0;
} else {
  for (const path of surplus) rmSync(join(project, path));
  for (const path of stale) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), files.get(path));
  }
}
