// Builds the programs of the laboratory (test/kubernetes/tools/README.md) into a cache outside the clone, those that are
// not there yet, and writes down in .cache/lab/programs.json where they are.
//
//   node scripts/lab-tools.mjs [TOOL…]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const TOOLS = join(PROJECT, 'test', 'kubernetes', 'tools');
const INDEX = join(PROJECT, '.cache', 'lab', 'programs.json');
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'serin-lab');

const goEnvironment = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '', GOWORK: 'off' };
const go = (args, directory, more = {}) => spawnSync('go', args, { cwd: directory, env: { ...goEnvironment, ...more }, encoding: 'utf8', maxBuffer: 1 << 28 });

/** What is built where, or why it cannot be. */
function describe(name, goVersion) {
  const source = join(TOOLS, name);
  const { module, packages, linkerFlags = [], tags = [], env = {}, files = {} } = JSON.parse(readFileSync(join(source, 'tool.json'), 'utf8'));
  const found = new RegExp(`^(?:require)?\\s*${module.replaceAll('.', '\\.')} (v\\S+)`, 'm').exec(readFileSync(join(source, 'go.mod'), 'utf8'));
  if (found === null) throw new Error(`test/kubernetes/tools/${name}/go.mod does not require ${module}, which its tool.json names`);
  const version = found[1];
  const hash = createHash('sha256').update(goVersion);
  for (const file of sourceFiles(source)) hash.update(`\0${file}\0`).update(readFileSync(join(source, file)));
  return { name, source, version, packages, linkerFlags, tags, env, files, target: join(CACHE, `${name}-${version}-${hash.digest('hex').slice(0, 12)}`) };
}

const sourceFiles = (folder) => readdirSync(folder, { recursive: true }).filter((file) => /(\.go|go\.mod|go\.sum|tool\.json)$/.test(file)).sort();

/** Builds into a folder of this process, which gets its name when it is whole. @returns what went wrong, if anything did */
function build({ source, version, packages, linkerFlags, tags, env, files, target }) {
  const partial = `${target}.${process.pid}.partial`;
  mkdirSync(partial, { recursive: true });
  try {
    const flags = ['-s', '-w', ...linkerFlags.map((flag) => flag.replaceAll('{version}', version))].join(' ');
    // What debuggers want is left out by the linker anyway; not to make it saves an eighth of the time.
    const building = ['build', '-trimpath', '-buildvcs=false', '-gcflags=all=-dwarf=false', `-tags=${tags.join(',')}`, `-ldflags=${flags}`, '-o', `${partial}/`, ...packages];
    // Some tools are only files.
    const { status, stderr, error } = go(packages.length === 0 ? ['mod', 'download', ...Object.keys(files)] : building, source, env);
    if (status !== 0) return (error?.message ?? stderr).trim().split('\n').slice(-5).join('\n');
    for (const [from, folders] of Object.entries(files)) {
      const { stdout } = go(['list', '-m', '-f', '{{.Dir}}', from], source);
      for (const folder of folders) copyFiles(join(stdout.trim(), folder), join(partial, 'files'));
    }
    try {
      renameSync(partial, target);
    } catch (problem) {
      // Another run was faster, and built the same.
      if (!existsSync(target)) throw problem;
    }
    return undefined;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** By content: files of modules are read-only, and what cannot be written cannot be swept away. */
function copyFiles(from, to) {
  for (const file of readdirSync(from, { recursive: true })) {
    if (!statSync(join(from, file)).isFile()) continue;
    mkdirSync(dirname(join(to, file)), { recursive: true });
    writeFileSync(join(to, file), readFileSync(join(from, file)));
  }
}

/** Removes what interrupted runs left. */
function sweep() {
  for (const name of existsSync(CACHE) ? readdirSync(CACHE) : []) {
    const pid = Number(/\.(\d+)\.partial$/.exec(name)?.[1]);
    if (pid > 0 && !isRunning(pid)) rmSync(join(CACHE, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function record(name, entry) {
  mkdirSync(dirname(INDEX), { recursive: true });
  const known = existsSync(INDEX) ? JSON.parse(readFileSync(INDEX, 'utf8')) : {};
  const partial = `${INDEX}.${process.pid}`;
  writeFileSync(partial, `${JSON.stringify({ ...known, [name]: entry }, null, 2)}\n`);
  renameSync(partial, INDEX);
}

const all = readdirSync(TOOLS, { withFileTypes: true }).filter((each) => each.isDirectory() && existsSync(join(TOOLS, each.name, 'tool.json'))).map(({ name }) => name);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`${unknown.join(', ')}: no such tool; there are ${all.join(', ')}`);
  process.exit(2);
}
const { status, stdout } = go(['env', 'GOVERSION'], TOOLS);
sweep();
for (const name of wanted.length === 0 ? all : wanted) {
  if (status !== 0) {
    record(name, { missing: 'there is no Go to build it with: install Go 1.26 or later' });
    console.error(`${name}: NOT BUILT: there is no Go to build it with`);
    continue;
  }
  const tool = describe(name, stdout.trim());
  const began = process.hrtime.bigint();
  const problem = existsSync(tool.target) ? undefined : build(tool);
  const seconds = Math.round(Number(process.hrtime.bigint() - began) / 1e9);
  if (problem === undefined) {
    record(name, { version: tool.version, programs: Object.fromEntries(readdirSync(tool.target).map((file) => [basename(file), join(tool.target, file)])) });
    console.log(`${name} ${tool.version}: ${seconds === 0 ? 'there' : `built in ${seconds} s`}`);
  } else {
    record(name, { missing: `it could not be built: ${problem.split('\n').at(-1)}` });
    console.error(`${name} ${tool.version}: NOT BUILT after ${seconds} s: ${problem}`);
  }
}
