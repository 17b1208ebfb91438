import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scripts, type ShellName } from '../../src/cli/completion/scripts.js';
import { isInstalled } from '../started/programs.js';
import { run } from '../started/run.js';
import { folder } from './files.js';

/** Answers as the command does, so that these tests are about the scripts and how shells split words. */
const STAND_IN = `#!/bin/sh
shift
last=""; for word in "$@"; do last="$word"; done
case "$last" in
  --for=) printf -- '--for=completed\\n--for=ended\\n:4\\n' ;;
  --for=*) printf -- '--for=ended\\n:4\\n' ;;
  --filename=*|val*) printf ':0\\n' ;;
  sta*) printf 'status\\tShow where: it stands\\n:4\\n' ;;
  a:*) printf 'a:b\\n:4\\n' ;;
  ?*) printf '[%s]\\n:4\\n' "$*" ;;
  *) printf 'word with blanks\\t\\n:4\\n' ;;
esac
`;

let files: ReturnType<typeof folder>;
beforeAll(() => {
  files = folder({ 'serin.bash': scripts.bash, 'serin.zsh': scripts.zsh, 'serin.fish': scripts.fish, 'values.yaml': '' });
  writeFileSync(join(files.path, 'serin'), STAND_IN);
  chmodSync(join(files.path, 'serin'), 0o755);
});
afterAll(() => files.remove());

/** The lines that a script prints in a shell that reads nothing of its user's. */
async function printed(shell: ShellName, script: string, lines: readonly string[]): Promise<string[]> {
  const options = { bash: ['--norc', '-c', script, 'bash'], zsh: ['-f', '-c', script, 'zsh'], fish: ['--no-config', '-c', script] }[shell];
  const env = { ...process.env, HOME: files.path, TERM: 'dumb', PATH: [files.path, process.env['PATH'] ?? ''].join(delimiter) };
  const { stdout, stderr } = await run(shell, [...options, ...lines], { cwd: files.path, env });
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\n');
}

/** Tests of a shell; without it, says that they were not run. */
function inShell(shell: ShellName, tests: () => void): void {
  const there = isInstalled(shell);
  if (!there) console.warn(`NOT RUN: completion in ${shell}: there is no ${shell}; see scripts/install-tools.sh.`);
  describe.runIf(there)(`completion in ${shell}`, tests);
}

inShell('bash', () => {
  const BASH = `source ./serin.bash; read -ra COMP_WORDS <<< "$1"; [[ "$1" == *" " ]] && COMP_WORDS+=(""); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _serin; printf '%s\\n' "\${COMPREPLY[@]}"`;
  // As readline splits them: "=" is a word of its own.
  it.each<[string, string[]]>([
    ['./serin -n shop st', ['[-n shop st]']],
    ['./serin sta', ['status']],
    ['./serin status ', ['word with blanks']],
    ['./serin wait --for = en', ['ended']],
    ['./serin wait --for =', ['completed', 'ended']],
    ['./serin apply -f val', ['values.yaml']],
  ])('%s', async (line, expected) => {
    expect(await printed('bash', BASH, [line])).toEqual(expected);
  });

  it('is asked for the command alone', async () => {
    expect(await printed('bash', 'source ./serin.bash; complete -p serin', [])).toEqual(['complete -F _serin serin']);
  });
});

inShell('zsh', () => {
  // A zsh in a terminal of its own, in which the tabulator completes, shows the line, and begins anew.
  const ZSH = `
    zmodload zsh/zpty
    zpty shell 'zsh -f -i'
    zpty -w shell 'PS1=; autoload -Uz compinit; compinit -u -D; source ./serin.zsh'
    zpty -w shell 'shown() { zle complete-word; print -r -- "<<$BUFFER>>"; BUFFER="" }; zle -N shown; bindkey "^I" shown; print READY'
    zpty -r -m shell out '*READY*READY*'
    for line in "$@"; do
      zpty -n -w shell "$line"$'\\t'
      zpty -r -m shell out '*<<*>>*'
      out="\${out##*<<}"
      print -r -- "\${out%%>>*}"
    done
    zpty -d shell`;

  it('completes the line', async () => {
    const lines = { 'serin sta': 'serin status', 'serin -n shop x': 'serin -n shop x', 'serin status ': 'serin status word\\ with\\ blanks', 'serin wait --for=e': 'serin wait --for=ended', 'serin a:': 'serin a:b', 'serin apply -f val': 'serin apply -f values.yaml', 'serin apply --filename=val': 'serin apply --filename=values.yaml' };
    // Whether a blank follows depends on how sure the completion is.
    expect((await printed('zsh', ZSH, Object.keys(lines))).map((line) => line.trimEnd())).toEqual(Object.values(lines));
  });
});

inShell('fish', () => {
  it('offers words and what they mean', async () => {
    const lines = { 'serin sta': ['status\tShow where: it stands'], 'serin status ': ['word with blanks'], 'serin wait --for=': ['--for=completed', '--for=ended'], 'serin a:': ['a:b'], 'serin apply -f val': ['values.yaml'], 'serin apply --filename=val': ['--filename=values.yaml'] };
    const offered = await printed('fish', 'source serin.fish; for line in $argv; complete -C "$line"; end', Object.keys(lines));
    expect(offered).toEqual(Object.values(lines).flat());
  });
});
