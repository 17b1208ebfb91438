import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { withConnectionOptions, type ConnectionOptions } from '../connection.js';
import { withExamples } from '../output/examples.js';
import { opener, openLink } from '../server/opening.js';
import { serveOwnPage, type OwnPage } from '../server/own-page.js';
import { linkTo, removePageRecord, writePageRecord } from '../server/page-record.js';
import { logLevelOption, portNumber } from '../server/server-log.js';
import { untilStopped } from '../server/until-stopped.js';
import { print, type Shell } from '../shell.js';

interface DashboardOptions extends ConnectionOptions {
  readonly port: number;
  readonly open: boolean;
  readonly webhookUser?: string;
  readonly webhookPasswordFile?: string;
  readonly logLevel: string;
  readonly ofLocal?: string;
}

const MORE = `Only this machine reaches it. Whoever opens the link is signed in as who the kubeconfig says, once and within ten
minutes; programs send "Authorization: Bearer TOKEN" with a token of the cluster instead. Ctrl-C ends it.`;

export function registerDashboard(program: Command, shell: Shell): void {
  const command = program
    .command('dashboard')
    .option('--port <port>', 'the port of 127.0.0.1 (default: any free one)', portNumber, 0)
    .option('--no-open', 'print the link and open no browser')
    .option('--webhook-user <name>', 'receive image events at /v1/webhooks/ from whoever knows this name and the password')
    .option('--webhook-password-file <file>', 'the file that holds that password')
    .addOption(logLevelOption())
    // The part of a local cluster: the key of its links goes into this folder, and none of them into a log.
    .addOption(new Option('--of-local <directory>').hideHelp())
    .action((options: DashboardOptions) => dashboard(shell, options, program.version() ?? ''));
  withConnectionOptions(command);
  withExamples(command, ['serin dashboard', 'serin dashboard --context production --port 8420 --no-open', 'serin dashboard --local --webhook-user admin --webhook-password-file password.txt'], MORE);
}

async function dashboard(shell: Shell, options: DashboardOptions, version: string): Promise<void> {
  const { ofLocal } = options;
  const page = await serveOwnPage(shell, { ...options, version, ...(ofLocal === undefined ? {} : { ofLocal: resolve(shell.cwd, ofLocal) }) });
  try {
    if (ofLocal === undefined) await welcome(shell, page, options);
    else await attend(shell, page, resolve(shell.cwd, ofLocal));
  } finally {
    await page.stop();
  }
}

async function welcome(shell: Shell, page: OwnPage, { open }: DashboardOptions): Promise<void> {
  const link = linkTo({ url: page.url, key: page.linkKey }, shell.clock.now());
  const where = page.namespace === undefined ? '' : `, namespace ${page.namespace}`;
  print(shell, `The page of ${page.context}${where} is at ${page.url}/. This link signs in as ${page.user}, once and within ten minutes:`);
  print(shell, `  ${link}`);
  print(shell, 'Ctrl-C ends it.');
  const program = open ? opener({ platform: process.platform, terminal: shell.stdout.isTTY ?? false, env: shell.env }) : undefined;
  const tidy = program === undefined ? undefined : await openLink(program, link);
  await untilStopped(shell.signal);
  await tidy?.();
}

async function attend(shell: Shell, page: OwnPage, directory: string): Promise<void> {
  await writePageRecord(directory, { url: page.url, key: page.linkKey });
  print(shell, `The page is at ${page.url}/.`);
  await untilStopped(shell.signal);
  await removePageRecord(directory);
}
