// Tells which tests show which capability of test/capabilities.yaml, into docs/acceptance.md. Tests carry IDs in their names:
// "[S0-12] [S0-13] tells versions apart". Ends with 1 when such a test failed or was skipped, when an ID is in no list, or when
// a capability that is asked for now has no test.
//
// Uses the results of the last whole test run where they are newer than the sources; otherwise runs the tests with IDs. Tests on a
// real Kubernetes are not run by this: without a result of make test-kubernetes that is newer than the sources they count as not run.
// --results FILE, --lanes FOLDER, --capabilities FILE and --output FILE take other files; --check writes nothing and fails when the page differs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const WHOLE_RUN = join(project, '.cache', 'results', 'run-tests.json');
const LANE_RUNS = join(project, '.cache', 'lab', 'results');
const OWN_RUN = join(project, '.cache', 'acceptance-results.json');
const ID = /\[(S\d+-\d+)\]/g;

const { values: options } = parseArgs({
  options: {
    results: { type: 'string' },
    lanes: { type: 'string' },
    capabilities: { type: 'string', default: join(project, 'test', 'capabilities.yaml') },
    output: { type: 'string', default: join(project, 'docs', 'acceptance.md') },
    check: { type: 'boolean', default: false },
  },
});

const groups = readGroups(options.capabilities);
const lanes = options.lanes ?? (options.results === undefined ? LANE_RUNS : undefined);
const tests = [...readTests(options.results ?? freshResults() ?? runNamedTests()), ...(lanes === undefined ? [] : readLanes(lanes))];
const rows = groups.flatMap((group) => group.capabilities.map((capability) => judged(capability)));
const problems = [...tests.flatMap(unknownIds), ...rows.flatMap(problemsOf)];
const page = pageOf();

if (options.check) {
  if (!existsSync(options.output) || readFileSync(options.output, 'utf8') !== page) problems.push(`${relative(project, options.output)} is out of date: make acceptance`);
} else {
  writeFileSync(options.output, page);
}
console.log(summary());
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

/** The capabilities by group; what is said to come later of a group holds for all in it. */
function readGroups(file) {
  return Object.entries(parse(readFileSync(file, 'utf8')).groups).map(([name, group]) => ({
    name,
    title: group.title,
    later: group.later,
    capabilities: Object.entries(group.capabilities).map(([id, entry]) => ({ id, later: group.later, ...(typeof entry === 'string' ? { capability: entry } : entry) })),
  }));
}

/** All tests that carry IDs, from a report of vitest in JSON. */
function readTests(file) {
  // A report that is another clone's names that clone's files.
  const rootOf = (name) => [project, dirname(dirname(dirname(file)))].find((root) => name.startsWith(`${root}/`)) ?? project;
  return JSON.parse(readFileSync(file, 'utf8')).testResults.flatMap((each) =>
    each.assertionResults
      .map(({ title, fullName, status }) => ({ file: relative(rootOf(each.name), each.name), name: title.replace(ID, '').trim(), ids: [...fullName.matchAll(ID)].map(([, id]) => id), passed: status === 'passed', status }))
      .filter(({ ids }) => ids.length > 0),
  );
}

/** The report of the last whole run, where nothing has changed since. */
function freshResults() {
  return isFresh(WHOLE_RUN) ? WHOLE_RUN : undefined;
}

function isFresh(file) {
  if (!existsSync(file)) return false;
  const made = statSync(file).mtimeMs;
  const sources = ['src', 'test', 'examples'].flatMap((folder) => filesIn(folder)).concat('package.json', 'package-lock.json');
  return sources.every((source) => statSync(join(project, source)).mtimeMs < made);
}

/** All tests of lanes that carry IDs: from the reports of lanes where there are any, otherwise by their names in the sources, as not run. */
function readLanes(folder) {
  const reports = (existsSync(folder) ? readdirSync(folder) : []).map((name) => join(folder, name)).filter((file) => options.lanes !== undefined || isFresh(file));
  const run = reports.flatMap(readTests);
  const named = filesIn(join('test', 'kubernetes')).filter((name) => name.endsWith('.test.ts')).flatMap((file) =>
    [...readFileSync(join(project, file), 'utf8').matchAll(/^\s*(?:it|test)[.\w]*\((['"`])(\[S\d+-\d+\].*?)\1/gm)].map(([, , title]) => ({ file, name: title.replace(ID, '').trim(), ids: [...title.matchAll(ID)].map(([, id]) => id), passed: false, status: 'not run' })));
  return [...run, ...named.filter(({ file, name }) => !run.some((each) => each.file === file && each.name === name))];
}

function filesIn(folder) {
  return readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)).filter((name) => statSync(join(project, name)).isFile());
}

/** Runs the tests that carry IDs, and no others. */
function runNamedTests() {
  const files = ['src', 'test'].flatMap(filesIn).filter((name) => name.endsWith('.test.ts') && !name.startsWith(join('test', 'kubernetes')) && readFileSync(join(project, name), 'utf8').search(ID) >= 0);
  mkdirSync(dirname(OWN_RUN), { recursive: true });
  const vitest = join(project, 'node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...files, '-t', '\\[S\\d+-\\d+\\]', '--reporter=default', '--reporter=json', `--outputFile.json=${OWN_RUN}`], { cwd: project, stdio: 'inherit' });
  if (status === null) throw new Error('vitest did not run');
  return OWN_RUN;
}

function judged({ id, capability, later }) {
  const named = tests.filter(({ ids }) => ids.includes(id));
  const waiting = named.filter(({ status }) => status === 'not run');
  const failed = named.filter(({ passed, status }) => !passed && status !== 'not run');
  const state = failed.length > 0 ? 'failed' : waiting.length > 0 && later === undefined ? 'not run' : named.length > 0 ? (later === undefined ? 'passed' : 'in part') : later === undefined ? 'missing' : 'later';
  return { id, capability, later, named, failed, state };
}

function problemsOf({ id, capability, state, failed }) {
  if (state === 'missing') return [`${id} has no test: ${capability}`];
  return failed.map(({ file, name, status }) => `${id} is not shown: ${file}: "${name}" ${status === 'failed' ? 'failed' : 'was skipped'}`);
}

function unknownIds({ file, name, ids }) {
  const known = new Set(groups.flatMap(({ capabilities }) => capabilities.map(({ id }) => id)));
  return ids.filter((id) => !known.has(id)).map((id) => `${file}: "${name}" names ${id}, which is not in ${relative(project, options.capabilities)}`);
}

function count(state) {
  return rows.filter((row) => row.state === state).length;
}

function summary() {
  const asked = rows.filter(({ later }) => later === undefined).length;
  const failing = count('failed') + count('missing');
  const unrun = count('not run');
  return `${count('passed')} of ${asked} capabilities that are asked for now are shown by tests; ${failing} are not; ${unrun > 0 ? `${unrun} are NOT RUN, for want of make test-kubernetes; ` : ''}${count('in part')} more in part; ${count('later')} come later; ${rows.length} in all.`;
}

function pageOf() {
  const words = { passed: 'yes', failed: '**no**', missing: '**no test**', 'not run': 'NOT RUN', 'in part': 'in part', later: 'later' };
  const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
  const testsOf = ({ named, later }) => [...named.map(({ file, name }) => `\`${file}\`: ${cell(name)}`), ...(later === undefined ? [] : [cell(later)])].sort().join('<br>');
  const sections = groups.map(({ name, title }) => [
    `## ${name}: ${title}`,
    '',
    '| ID | capability | tests | passed |',
    '| --- | --- | --- | --- |',
    ...rows.filter(({ id }) => id.startsWith(`${name}-`)).map((row) => `| ${row.id} | ${cell(row.capability)} | ${testsOf(row)} | ${words[row.state]} |`),
    '',
  ].join('\n'));
  return ['# Acceptance', '', '<!-- Generated by make acceptance. Do not edit. -->', '', summary(), '', 'A capability counts when every test that carries its ID passes on a running system. The list is `test/capabilities.yaml`.', '', ...sections].join('\n');
}
