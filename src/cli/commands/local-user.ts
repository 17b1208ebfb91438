import type { Command } from 'commander';
import { addUser, listUsers, removeUser, type UserAccess } from '../../local/supervisor/users.js';
import { CliError } from '../errors.js';
import { directoryOf, explained, named, type LocalOptions } from '../local/cluster-options.js';
import { withExamples } from '../output/examples.js';
import { withOutputOption } from '../output/format.js';
import { tableLines, type Column } from '../output/table.js';
import { print, type Shell } from '../shell.js';

interface AddOptions extends LocalOptions {
  readonly group: readonly string[];
}

const EXAMPLES = ['serin local user add jane --group developers', 'serin local user list', 'serin local user remove jane'];
const MORE = `A user may do nothing at first but ask what the cluster serves; roles and bindings say more, as on any cluster:
  kubectl create clusterrolebinding jane-edits --clusterrole edit --user jane`;

const COLUMNS: readonly Column<UserAccess>[] = [
  { title: 'USER', text: ({ name }) => name },
  { title: 'GROUPS', text: ({ groups }) => groups.join(',') },
  { title: 'KUBECONFIG', text: ({ kubeconfig }) => kubeconfig },
];

/** Registers `serin local user`. */
export function registerLocalUser(local: Command, shell: Shell): void {
  const user = withExamples(local.command('user').description('The people who use a local cluster, beside its administrator.'), EXAMPLES, MORE);
  named(user.command('add <user>').description('Give somebody a kubeconfig of their own, or other groups if they have one.'))
    .option('--group <group>', 'a group they are in; may be given again', (group: string, groups: readonly string[]) => [...groups, group], [])
    .action((name: string, options: AddOptions) => add(shell, name, options));
  withOutputOption(named(user.command('list').description('Who there is.')), ['json'])
    .action((options: LocalOptions) => list(shell, options));
  named(user.command('remove <user>').description("Take somebody's kubeconfig away.")).action((name: string, options: LocalOptions) => remove(shell, name, options));
}

async function add(shell: Shell, name: string, options: AddOptions): Promise<void> {
  const { kubeconfig, groups } = await explained(() => addUser(directoryOf(shell, options), { name, groups: options.group }));
  print(shell, `${name}${groups.length === 0 ? '' : ` (${groups.join(', ')})`} may use the local cluster "${options.name}":`);
  print(shell, `  export KUBECONFIG=${kubeconfig}`);
}

async function list(shell: Shell, options: LocalOptions): Promise<void> {
  const users = await explained(() => listUsers(directoryOf(shell, options)));
  if (options.output === 'json') return print(shell, JSON.stringify(users, undefined, 2));
  if (users.length === 0) return print(shell, `Nobody but the administrator uses the local cluster "${options.name}". Add somebody with: serin local user add <user>`);
  for (const line of tableLines(COLUMNS, users)) print(shell, line);
}

async function remove(shell: Shell, name: string, options: LocalOptions): Promise<void> {
  const removed = await explained(() => removeUser(directoryOf(shell, options), name));
  if (!removed) throw new CliError(`The local cluster "${options.name}" has no user "${name}"; see: serin local user list`);
  print(shell, `${name} may use the local cluster "${options.name}" no more.`);
}
