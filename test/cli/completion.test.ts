import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scripts } from '../../src/cli/completion/scripts.js';
import { Driver } from '../driver/driver.js';
import { settle } from '../driver/program.js';
import { serin } from './driven-shell.js';
import { folder } from './files.js';

describe('completion', () => {
  let driver: Driver;
  beforeAll(async () => {
    driver = new Driver();
    await driver.start();
    await settle(driver);
  });
  afterAll(() => driver.stop());

  /** What is offered at the end of a line, and the number that says whether files are. */
  async function offered(...words: string[]): Promise<{ words: string[]; directive: string }> {
    const { code, out, err } = await serin(driver, ['__complete', ...words]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.trimEnd().split('\n');
    return { words: lines.slice(0, -1).map((line) => line.split('\t')[0] ?? ''), directive: lines.at(-1) ?? '' };
  }

  it.each<[string[], string[]]>([
    [['sta'], ['status']],
    [['app'], ['approve', 'approvals', 'apply']],
    [['local', 'u'], ['up', 'user']],
    [['status', '--w'], ['--watch']],
    [['status', ''], ['web']],
    [['status', 'we'], ['web']],
    [['status', 'web', ''], []],
    [['explain', '--namespace', 'd'], ['default']],
    [['explain', '-n', 'default', 'w'], ['web']],
    [['explain', '-n', 'elsewhere', 'w'], []],
    [['get', ''], ['policies', 'releases']],
    [['get', 'policy', ''], ['web']],
    [['get', '-o', 'j'], ['json']],
    [['get', '--output=j'], ['--output=json']],
    [['wait', '--for', ''], ['completed', 'aborted', 'ended']],
    [['completion', 'b'], ['bash']],
    [['help', 'ex'], ['exit-codes', 'explain']],
    [['nonsense', ''], []],
  ])('%j', async (words, expected) => {
    const { words: found, directive } = await offered(...words);
    expect(found.sort()).toEqual(expected.sort());
    expect(directive).toBe(':4');
  });

  it('leaves files to the shell', async () => {
    expect(await offered('apply', '-f', 'ma')).toEqual({ words: [], directive: ':0' });
    expect(await offered('lint', '-f', 'a.yaml', 'b')).toEqual({ words: [], directive: ':0' });
  });

  it('says nothing where the cluster cannot be asked', async () => {
    const { code, out, err } = await serin(undefined, ['__complete', 'status', '']);
    expect({ code, out, err }).toEqual({ code: 0, out: ':4\n', err: '' });
  });

  it('completes in a real bash', async () => {
    // A stand-in that answers as the command does, so that this is about the script and its splitting of words.
    const files = folder({ 'serin.sh': scripts.bash, 'values.yaml': '', 'values.json': '' });
    const program = join(files.path, 'serin');
    writeFileSync(program, `#!/bin/sh\nshift\nlast=""; for word in "$@"; do last="$word"; done\ncase "$last" in\n  --for=*) printf -- '--for=completed\\n--for=ended\\n:4\\n' ;;\n  val*) printf ':0\\n' ;;\n  *) printf 'status\\tShow where it stands\\nword with blanks\\t\\n[%s]\\n:4\\n' "$*" ;;\nesac\n`);
    chmodSync(program, 0o755);
    const replies = (line: string): Promise<string[]> => inBash(files.path, `source ./serin.sh; COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _serin; printf '%s\\n' "\${COMPREPLY[@]}"`);
    expect(await replies(`./serin -n shop st`)).toEqual(['status', 'word with blanks', '[-n shop st]']);
    expect(await replies(`./serin wait --for = en`)).toEqual(['completed', 'ended']);
    expect(await replies(`./serin wait --for =`)).toEqual(['completed', 'ended']);
    expect((await replies(`./serin apply -f val`)).sort()).toEqual(['values.json', 'values.yaml']);
    expect(await inBash(files.path, 'source ./serin.sh; complete -p serin')).toEqual(['complete -F _serin serin']);
    files.remove();
  });

  it('prints a script for each shell', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) expect((await serin(undefined, ['completion', shell])).out).toContain('serin');
    expect((await serin(undefined, ['completion', 'tcsh'])).code).toBe(2);
  });
});

/** The lines that a script prints. */
async function inBash(cwd: string, script: string): Promise<string[]> {
  const child = spawn('bash', ['--norc', '-c', script], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  expect(err).toBe('');
  return out.trimEnd().split('\n');
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.toString('utf8');
  return text;
}
