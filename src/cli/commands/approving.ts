import { InvalidArgumentError, type Command } from 'commander';
import type { Saying } from '../../approvals/decision.js';
import { callerOf } from '../../approvals/giving.js';
import { sayOnImage } from '../../approvals/image-saying.js';
import { sayOnRelease } from '../../approvals/saying.js';
import { serinResources } from '../../model/resources.js';
import { withConnectionOptions, type Connection } from '../connection.js';
import { CliError, exitCodes } from '../errors.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { print, type Shell } from '../shell.js';
import { releaseOf } from '../steering/release-command.js';
import { findTarget } from '../target.js';
import { withServerOptions, type PlaceOptions } from '../through-server/options.js';
import { onServerOrCluster } from '../through-server/server-or-cluster.js';

interface ApprovingOptions extends PlaceOptions {
  readonly step?: number;
  readonly window?: string;
  readonly comment?: string;
  readonly output?: string;
}

/** approve and reject: each creates an Approval or ImageApproval in the caller's own name. */
export function registerApproving(program: Command, shell: Shell): void {
  const what = 'a policy means its release under way; image/NAME an image that waits';
  const approve = program
    .command('approve')
    .argument('<policy|release|image>', what)
    .option('--comment <text>', 'why, for the record')
    .action((name: string, options: ApprovingOptions) => say(shell, name, true, options));
  const reject = program
    .command('reject')
    .argument('<policy|release|image>', what)
    .requiredOption('--comment <text>', 'why, for the record')
    .action((name: string, options: ApprovingOptions) => say(shell, name, false, options));
  for (const command of [approve, reject]) {
    command.option('--step <number>', 'another step than the one that it waits at, counted from 1; 0 is before it begins', numbered);
    command.option('--window <name>', 'let it begin in this freeze window, or reject it because of it');
    withServerOptions(withOutputOption(withConnectionOptions(command)));
  }
  withExamples(approve, ['serin approve web', 'serin approve web --step 3 --comment tested', 'serin approve web --window friday --comment outage', 'serin approve image/web-7f9c'],
    'Who may is said by the step; who waits for whom is listed by: serin approvals.\nAn approval is of the plan and of the images as they are now. When other images run, it is asked again.');
  withExamples(reject, ['serin reject web --comment broken', 'serin reject image/web-7f9c --comment untested'], 'A rejection cannot be taken back; a new release asks again.');
}

function numbered(text: string): number {
  if (!/^(0|[1-9]\d{0,3})$/.test(text)) throw new InvalidArgumentError('It is the number of a step, counted from 1; 0 is before it begins.');
  return Number(text);
}

async function say(shell: Shell, name: string, approved: boolean, { step, window, comment, ...options }: ApprovingOptions): Promise<void> {
  const saying: Saying = { approved, ...(step === undefined ? {} : { step }), ...(window === undefined ? {} : { window }), ...(comment === undefined ? {} : { comment }) };
  const [, image] = /^(?:image|imageupdates?)\/(.+)$/.exec(name) ?? [];
  if (image !== undefined && (step ?? window) !== undefined) throw new CliError(`${name} is an image, which has no steps and begins nothing. Leave --step and --window out.`, exitCodes.usage);
  const { output } = options;
  await onServerOrCluster(shell, options, {
    async server(server) {
      const { sayThroughServer, sayToImageThroughServer } = await import('../through-server/acting.js');
      if (image !== undefined) return sayToImageThroughServer(shell, server, image, { approved, comment }, output);
      return sayThroughServer(shell, server, name, { approved, step, window, comment }, output);
    },
    async cluster(connection) {
      const said = image === undefined ? await sayRelease(shell, connection, name, saying) : await sayImage(shell, connection, image, saying);
      if (isDataFormat(output)) return printData(shell, said.approval, output);
      print(shell, said.done);
      print(shell, said.next);
    },
  });
}

async function sayRelease({ signal }: Shell, connection: Connection, name: string, saying: Saying): ReturnType<typeof sayOnRelease> {
  const release = releaseOf(await findTarget(connection, name, signal), saying.approved ? 'approve' : 'reject');
  return sayOnRelease(connection.client, release, await callerOf(connection.client, { signal }), saying, { signal });
}

async function sayImage({ signal }: Shell, { client, namespace }: Connection, name: string, saying: Saying): ReturnType<typeof sayOnImage> {
  const update = await client.find(serinResources.imageUpdates, { namespace, name }, { signal });
  if (!update) throw new CliError(`there is no image ${name} in namespace ${namespace}. Those that wait are listed by: serin approvals.`);
  return sayOnImage(client, update, await callerOf(client, { signal }), saying, { signal });
}
