import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { kubectls } from '../kubectl/kubectls.js';
import { run } from '../started/run.js';
import { createHome, project, serin, type Home } from '../started/started-cluster.js';
import { notRun } from './not-run.js';
import { blocksOf, pages, type Block } from './pages.js';

const TRANSLATION = 'README.zh-CN.md';
const shellBlocks = (page: string): Block[] => blocksOf(page).filter(({ language }) => language === 'sh');
const isRun = ({ marks }: Block): boolean => marks.includes('test') || marks.includes('background');
/** Typed on a real cluster: test/kubernetes/lanes/installation, and first-cluster. */
const isForLab = ({ marks }: Block): boolean => marks.includes('lab');
const homes: Home[] = [];
afterAll(() => Promise.all(homes.map((home) => home.remove())));

/** A page's blocks as one script, as if somebody typed them one after the other. */
function scriptOf(blocks: readonly Block[]): string {
  const parts = blocks.map(({ line, marks, text }) =>
    marks.includes('background')
      ? `(\nset +eu\n${text}\n) >/dev/null 2>&1 &\nbackground+=($!)`
      : `line=${line}\necho "--- ${line}"\n${text}`,
  );
  return [
    'set -euo pipefail',
    'line=0 background=()',
    `trap 'status=$?; [ $status = 0 ] || echo "failed in the block at line $line"; for each in "\${background[@]}"; do kill "$each" 2>/dev/null || true; done' EXIT`,
    ...parts,
  ].join('\n');
}

/** A home in which `npx serin` is the built command. */
async function homeWithCommand(): Promise<Home> {
  const home = await createHome();
  homes.push(home);
  const programs = join(home.folder, 'bin');
  mkdirSync(programs);
  writeFileSync(join(programs, 'npx'), `#!/bin/sh\n[ "$1" = serin ] || { echo "npx $1 is not for tests" >&2; exit 1; }\nshift\nexec '${process.execPath}' '${serin}' "$@"\n`, { mode: 0o755 });
  return { ...home, env: { ...home.env, PATH: [programs, process.env['PATH'] ?? ''].join(delimiter) } };
}

async function typed(page: string): Promise<string> {
  const { env } = await homeWithCommand();
  const { code, stdout, stderr } = await run('bash', ['-c', scriptOf(shellBlocks(page).filter(isRun))], { cwd: project, env, patience: 590_000 });
  expect(code, `${page}: ${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

/** Typing every page starts a dozen clusters (`make test-docs`); without, the README alone is typed. */
const everyPage = process.env['SERIN_EVERY_PAGE'] !== undefined;
const withBlocks = pages.filter((page) => everyPage && page !== TRANSLATION && shellBlocks(page).some(isRun));
const hasKubectl = kubectls().some(({ name }) => name === 'installed');
if (!hasKubectl) console.warn('NOT RUN: commands of the documentation: there is no kubectl; see scripts/install-tools.sh.');

describe.runIf(hasKubectl)('commands of the documentation', () => {
  test.concurrent('README: a release by hand', { timeout: 600_000 }, async () => {
    const output = await typed('README.md');
    expect(output).toContain('The Comedy of Errors');
    expect(output).toMatch(/reviews-1\s+reviews\s+Completed\s+6\/6/);
    expect(output).toMatch(/reviews-2\s+reviews\s+Aborted\s+\d\/6\s+.*TooManyFailures/);
    expect(output).toMatch(/reviews\s+3\/3\s+3\s+3\s+\S+\s+reviews\s+bookinfo\/reviews:v3/);
    expect(output).toMatch(/reviews-3\s+reviews\s+Aborted\s+\d\/6\s+.*AbortedByUser/);
    expect(output).toContain('release.serin.dev/reviews-1 condition met');
  });

  test.concurrent.each(withBlocks.filter((page) => page !== 'README.md'))('%s', { timeout: 600_000 }, async (page) => {
    await typed(page);
  });
});

test('every other command is listed with the reason why it is not run', () => {
  const commands = pages.flatMap((page) => shellBlocks(page).filter((block) => !isRun(block) && !isForLab(block)).flatMap(({ text }) => text.split('\n')))
    .map((line) => line.replace(/\s+#.*$/, '').trim()).filter((line) => line !== '');
  expect([...new Set(commands)].sort()).toEqual(Object.keys(notRun).sort());
});

test('the translation has the same blocks, in the same order', () => {
  const blocks = (page: string): unknown[] => blocksOf(page).map(({ language, marks, text }) => ({ language, marks, text }));
  expect(blocks(TRANSLATION)).toEqual(blocks('README.md'));
});

test('npx finds the command in the project', async () => {
  const { stdout, stderr } = await run('npx', ['--no', 'serin', '--version'], { cwd: project });
  expect(stdout, stderr).toMatch(/^\d+\.\d+\.\d+\n$/);
});
