import type { Command } from 'commander';
import { oamResources, type Application } from '../../frontends/kubevela/application.js';
import { applicationLines } from '../application/lines.js';
import { planOperation, type ApplicationVerb } from '../application/operations.js';
import { newsOf, nothingTold } from '../application/news.js';
import { findApplication, readApplication, readRevisions } from '../application/reading.js';
import { planApplicationRollback, rollbackPatch } from '../application/rollback.js';
import { applicationView } from '../application/view.js';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type Connection, type ConnectionOptions } from '../connection.js';
import { CliError } from '../errors.js';
import { coloursOf } from '../output/colours.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { lookingAgain } from '../../commands/looking-again.js';
import { print, type Shell } from '../shell.js';

interface AppOptions extends ConnectionOptions {
  readonly output?: string;
  readonly step?: string;
  readonly watch?: boolean;
}

/** How often a status that is followed is looked at. */
const WATCH_MILLISECONDS = 1000;

const EXAMPLES = ['serin app status book-info', 'serin app suspend book-info', 'serin app resume book-info'];
const MORE = 'They need a controller that is started with --frontends=kubevela. vela workflow suspend, resume, terminate and restart write the same fields.';

const VERBS: readonly { readonly verb: ApplicationVerb; readonly says: string; readonly step?: string; readonly examples: readonly string[]; readonly more?: string }[] = [
  { verb: 'resume', says: 'Let a suspended workflow go on.', step: 'the suspended step that is meant, where there are several', examples: ['serin app resume book-info', 'serin app resume book-info --step manual-approval'] },
  { verb: 'suspend', says: 'Hold a workflow: no step begins, no share rises.', examples: ['serin app suspend book-info'] },
  { verb: 'terminate', says: 'End the run of a workflow where it is; Pods and shares stay as they are.', examples: ['serin app terminate book-info'], more: 'A run that was terminated cannot be resumed, only begun anew.' },
  { verb: 'restart', says: 'Begin the run of a workflow anew.', step: 'the failed step to begin at; what has succeeded before it is not done again', examples: ['serin app restart book-info', 'serin app restart book-info --step rollout-rest'] },
];

/** Registers `serin app`: KubeVela Applications. */
export function registerApp(program: Command, shell: Shell): void {
  const app = withExamples(program.command('app'), EXAMPLES, MORE);
  const status = app.command('status').argument('<application>').description('Show where an Application stands: steps, components with their revisions and Pods, and what it waits for.')
    .option('-w, --watch', 'follow it until its run has ended')
    .action((name: string, options: AppOptions) => showStatus(shell, name, options));
  withExamples(withOutputOption(withConnectionOptions(status)), ['serin app status book-info', 'serin app status book-info --watch', 'serin app status book-info -o json'],
    'Where the output is no terminal, --watch prints a line for each change.');
  for (const { verb, says, step, examples, more = '' } of VERBS) {
    const command = app.command(verb).argument('<application>').description(says).action((name: string, options: AppOptions) => carryOut(shell, verb, name, options));
    if (step !== undefined) command.option('--step <step>', step);
    withExamples(withOutputOption(withConnectionOptions(command)), examples, more);
  }
  const rollback = app.command('rollback').argument('<application>').description('Put the spec back to that of the newest revision before its own that has finished.')
    .action((name: string, options: AppOptions) => goBack(shell, name, options));
  withExamples(withOutputOption(withConnectionOptions(rollback)), ['serin app rollback book-info'],
    'Revisions whose components are the same are passed over. Refused while a run executes: suspend or terminate it first. A GitOps tool that holds the manifest would put its own spec back: change it there instead.');
}

async function showStatus(shell: Shell, name: string, options: AppOptions): Promise<void> {
  await onCluster(shell, options, async (connection) => {
    if (options.watch) return follow(shell, connection, name);
    const view = applicationView(await readApplication(connection, name, shell.signal));
    if (isDataFormat(options.output)) return printData(shell, view, options.output);
    for (const line of applicationLines(view, shell.clock.now(), coloursOf(shell))) print(shell, line);
  });
}

async function follow(shell: Shell, connection: Connection, name: string): Promise<void> {
  const { clock, signal, stdout } = shell;
  const live = stdout.isTTY === true ? (await import('log-update')).createLogUpdate(stdout as NodeJS.WriteStream) : undefined;
  let told = nothingTold;
  try {
    while (!signal.aborted) {
      const view = applicationView(await readApplication(connection, name, signal));
      const news = newsOf(view, told);
      told = news.told;
      if (live) live(applicationLines(view, clock.now(), coloursOf(shell)).join('\n'));
      else for (const line of news.lines) print(shell, line);
      if (view.workflow.finished) return;
      await clock.sleep(WATCH_MILLISECONDS, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    live?.done();
  }
}

async function carryOut(shell: Shell, verb: ApplicationVerb, name: string, options: AppOptions): Promise<void> {
  const { signal } = shell;
  const { app, done, next } = await onCluster(shell, options, (connection) => lookingAgain(async () => {
    const found = await findApplication(connection, name, signal);
    const plan = planOperation(verb, found, { step: options.step });
    if (plan.outcome === 'refused') throw new CliError(plan.why);
    if (plan.outcome === 'nothing') return { app: found, ...plan };
    const { metadata } = found;
    const body = { metadata: { resourceVersion: metadata.resourceVersion }, status: { workflow: plan.workflow } };
    const place = { name: metadata.name, namespace: connection.namespace };
    return { app: await connection.client.patch(oamResources.applications, place, { kind: 'merge', body }, { subresource: 'status', signal }), ...plan };
  }));
  tell(shell, options, app, [done, next]);
}

async function goBack(shell: Shell, name: string, options: AppOptions): Promise<void> {
  const { signal } = shell;
  const { app, revision } = await onCluster(shell, options, (connection) => lookingAgain(async () => {
    const found = await findApplication(connection, name, signal);
    const plan = planApplicationRollback(found, await readRevisions(connection, found.metadata.name, signal));
    if (plan.outcome === 'refused') throw new CliError(plan.why);
    const place = { name: found.metadata.name, namespace: connection.namespace };
    return { app: await connection.client.patch(oamResources.applications, place, { kind: 'json', body: rollbackPatch(found, plan) }, { signal }), revision: plan.revision };
  }));
  const plain = app.metadata.name;
  tell(shell, options, app, [`Application ${plain} asks for what ${revision} asked for.`, `A run leads there. Follow it with: serin app status ${plain}.`]);
}

function tell(shell: Shell, { output }: AppOptions, app: Application, lines: readonly string[]): void {
  if (isDataFormat(output)) return printData(shell, app, output);
  for (const line of lines) print(shell, line);
}
