// Writes docs/reference/openapi.json from the routes of the API, as built.
// With --check it writes nothing, and ends with 1 when the file is out of date.
// SERIN_DIST names another build than dist/.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = resolve(process.env.SERIN_DIST ?? join(project, 'dist'));
const built = join(dist, 'server', 'openapi', 'described-api.js');
if (!existsSync(built)) {
  console.error(`There is no build in ${dist}; make one with: make build`);
  process.exit(1);
}
const { describedApi } = await import(pathToFileURL(built).href);
const path = join(project, 'docs', 'reference', 'openapi.json');
const text = `${JSON.stringify(describedApi(), null, 2)}\n`;
if (process.argv.includes('--check')) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error('docs/reference/openapi.json is out of date: node scripts/generate-openapi.mjs');
    process.exit(1);
  }
} else {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
