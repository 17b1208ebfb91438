import type { Argument, Command, Option } from 'commander';
import type { PlaceOptions } from '../through-server/options.js';

/** What could stand where the cursor is. */
export type Wanted =
  | { readonly kind: 'words'; readonly words: readonly Word[] }
  | { readonly kind: 'names'; readonly of: readonly NameKind[]; /** What stands before the name already, such as `--to=`. */ readonly before: string; /** Whether the command may go through a server. */ readonly mayUseServer: boolean }
  | { readonly kind: 'files' }
  | { readonly kind: 'nothing' };

/** A word and what it means. */
export interface Word {
  readonly word: string;
  readonly meaning: string;
}

/** Things whose names are asked of the cluster, or of this machine. */
export type NameKind = 'policies' | 'releases' | 'applications' | 'namespaces' | 'locals';

const NOTHING: Wanted = { kind: 'nothing' };
const FILES = ['filename', 'kubeconfig', 'images', 'addresses', 'file', 'directory', 'folder', 'readyFile', 'localAddresses', 'tokenFile', 'certificateAuthority'];
const NAMES: Readonly<Record<string, readonly NameKind[]>> = { namespace: ['namespaces'], local: ['locals'], name: ['locals'], to: ['releases'] };

/** What a command line wants at its end. Pure. @param words those typed behind the program's name; the last one, maybe empty, is completed */
export function wanted(program: Command, words: readonly string[]): Wanted {
  const typed = words.slice(0, -1);
  const current = words.at(-1) ?? '';
  let command = program;
  let positions: string[] = [];
  let open: Option | undefined;
  for (const word of typed) {
    if (open && !word.startsWith('-')) {
      if (!open.variadic) open = undefined;
      continue;
    }
    open = undefined;
    if (word.startsWith('-')) {
      open = valued(optionOf(command, word.split('=')[0] ?? ''));
      if (word.includes('=')) open = undefined;
      continue;
    }
    const child = positions.length === 0 ? command.commands.find((each) => each.name() === word) : undefined;
    if (child) [command, positions] = [child, []];
    else positions.push(word);
  }
  if (open && !current.startsWith('-')) return valueOf(command, open, '', current);
  const [, flag, value] = /^(--[^=]+)=(.*)$/.exec(current) ?? [];
  if (flag !== undefined) {
    const option = valued(optionOf(command, flag));
    return option ? valueOf(command, option, `${flag}=`, value ?? '') : NOTHING;
  }
  if (current.startsWith('-')) return chosen(optionsOf(command).flatMap(({ long, description, hidden }) => (long === undefined || long === null || hidden ? [] : [{ word: long, meaning: description }])), current);
  if (command.commands.length > 0 && positions.length === 0) return chosen(visible(command).map((each) => ({ word: each.name(), meaning: each.description() })), current);
  const argument = command.registeredArguments[Math.min(positions.length, command.registeredArguments.length - 1)];
  if (!argument || (positions.length >= command.registeredArguments.length && !argument.variadic)) return NOTHING;
  return argumentValue(program, command, argument, positions, current);
}

function argumentValue(program: Command, command: Command, argument: Argument, positions: readonly string[], current: string): Wanted {
  if (argument.argChoices) return chosen(argument.argChoices.map((word) => ({ word, meaning: '' })), current);
  switch (argument.name()) {
    case 'policy':
      return names(command, ['policies']);
    case 'policy|release':
    case 'policy|release|image':
      return names(command, ['policies', 'releases']);
    case 'application':
      return names(command, ['applications']);
    case 'kind':
      return chosen(['policies', 'releases'].map((word) => ({ word, meaning: '' })), current);
    case 'name':
      return names(command, [positions[0]?.startsWith('rel') && !positions[0].startsWith('releasep') ? 'releases' : 'policies']);
    case 'command|topic':
      return chosen([...visible(program).map((each) => ({ word: each.name(), meaning: each.description() })), { word: 'exit-codes', meaning: 'What exit codes mean.' }], current);
    default:
      return NOTHING;
  }
}

function valueOf(command: Command, option: Option, before: string, current: string): Wanted {
  if (option.argChoices) return chosen(option.argChoices.map((word) => ({ word: `${before}${word}`, meaning: '' })), `${before}${current}`);
  const name = option.attributeName();
  if (FILES.includes(name)) return { kind: 'files' };
  const of = NAMES[name];
  return of ? names(command, of, before) : NOTHING;
}

const names = (command: Command, of: readonly NameKind[], before = ''): Wanted => ({ kind: 'names', of, before, mayUseServer: optionOf(command, '--server') !== undefined });
const chosen = (words: readonly Word[], current: string): Wanted => ({ kind: 'words', words: words.filter(({ word }) => word.startsWith(current)) });
const valued = (option: Option | undefined): Option | undefined => (option && (option.required || option.optional) ? option : undefined);
const optionsOf = (command: Command): readonly Option[] => command.createHelp().visibleOptions(command);
const optionOf = (command: Command, flag: string): Option | undefined => optionsOf(command).find(({ short, long }) => flag === short || flag === long);
const visible = (command: Command): readonly Command[] => command.createHelp().visibleCommands(command);

/** The options that say which cluster or server is meant, as far as they are typed. */
export function typedPlace(words: readonly string[]): PlaceOptions {
  const valueAfter = (...flags: readonly string[]): string | undefined => {
    const at = words.findLastIndex((word) => flags.includes(word.split('=')[0] ?? ''));
    const word = words[at];
    if (word === undefined || at === words.length - 1) return undefined;
    return word.includes('=') ? word.slice(word.indexOf('=') + 1) : words[at + 1];
  };
  const local = valueAfter('--local');
  const typed = {
    namespace: valueAfter('-n', '--namespace'), kubeconfig: valueAfter('--kubeconfig'), context: valueAfter('--context'), local: local?.startsWith('-') ? true : local,
    server: valueAfter('--server'), tokenFile: valueAfter('--token-file'), certificateAuthority: valueAfter('--certificate-authority'),
  };
  return Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== undefined));
}
