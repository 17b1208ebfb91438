import { InvalidArgumentError, type Command } from 'commander';
import { planApproval, type Saying } from '../approvals/decision.js';
import { callerOf, give, requireAdmission } from '../approvals/giving.js';
import { approvalsOf } from '../approvals/record.js';
import { serinResources } from '../../model/resources.js';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type ConnectionOptions } from '../connection.js';
import { CliError } from '../errors.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { print, type Shell } from '../shell.js';
import { releaseOf } from '../steering/release-command.js';
import { findTarget } from '../target.js';

interface ApprovingOptions extends ConnectionOptions {
  readonly step?: number;
  readonly comment?: string;
  readonly output?: string;
}

/** approve and reject: each creates an Approval in the caller's own name. */
export function registerApproving(program: Command, shell: Shell): void {
  const approve = program
    .command('approve')
    .argument('<policy|release>', 'a policy means its release under way')
    .option('--comment <text>', 'why, for the record')
    .action((name: string, options: ApprovingOptions) => say(shell, name, true, options));
  const reject = program
    .command('reject')
    .argument('<policy|release>', 'a policy means its release under way')
    .requiredOption('--comment <text>', 'why, for the record')
    .action((name: string, options: ApprovingOptions) => say(shell, name, false, options));
  for (const command of [approve, reject]) {
    command.option('--step <number>', 'another step than the one that it waits at, counted from 1', numbered);
    withOutputOption(withConnectionOptions(command));
  }
  withExamples(approve, ['serin approve web', 'serin approve web --step 3 --comment tested'], 'Who may is said by the step; who waits for whom is listed by: serin approvals.');
  withExamples(reject, ['serin reject web --comment broken'], 'A rejection cannot be taken back; a new release asks again.');
}

function numbered(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It is the number of a step, counted from 1.');
  return Number(text);
}

async function say(shell: Shell, name: string, approved: boolean, { step, comment, ...options }: ApprovingOptions): Promise<void> {
  const saying: Saying = { approved, ...(step === undefined ? {} : { step }), ...(comment === undefined ? {} : { comment }) };
  await onCluster(shell, options, async (connection) => {
    const { client } = connection;
    const { signal } = shell;
    const release = releaseOf(await findTarget(connection, name, signal), approved ? 'approve' : 'reject');
    const { namespace = '' } = release.metadata;
    const [caller, { items }] = await Promise.all([callerOf(client, signal), client.list(serinResources.approvals, { namespace, signal })]);
    const plan = planApproval(release, approvalsOf(release, items), caller, saying);
    if (plan.outcome === 'refused') throw new CliError(plan.why);
    if (plan.outcome === 'write') await requireAdmission(client, signal);
    const given = plan.outcome === 'write' ? await give(client, plan.approval, signal) : plan.approval;
    if (isDataFormat(options.output)) return printData(shell, given, options.output);
    print(shell, plan.done);
    print(shell, plan.next);
  });
}
