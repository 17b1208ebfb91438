import type { Command } from 'commander';
import { serinResources } from '../../model/resources.js';
import { describeApprovers } from '../approvals/decision.js';
import { askingSteps, givenApprovals, type AskingStep, type GivenApproval } from '../approvals/record.js';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type ConnectionOptions } from '../connection.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { tableLines, type Column } from '../output/table.js';
import { formatAge } from '../output/times.js';
import { note, print, type Shell } from '../shell.js';
import { findTarget } from '../target.js';

interface ApprovalsOptions extends ConnectionOptions {
  readonly allNamespaces?: boolean;
  readonly output?: string;
}

export function registerApprovals(program: Command, shell: Shell): void {
  const command = program
    .command('approvals')
    .argument('[policy|release]', 'only of this one')
    .option('-A, --all-namespaces', 'of all namespaces')
    .action((name: string | undefined, options: ApprovalsOptions) => approvals(shell, name, options));
  withOutputOption(withConnectionOptions(command), ['table', 'json', 'yaml']);
  withExamples(command, ['serin approvals', 'serin approvals web', 'serin approvals -A -o json']);
}

async function approvals(shell: Shell, name: string | undefined, options: ApprovalsOptions): Promise<void> {
  await onCluster(shell, options, async (connection) => {
    const { client } = connection;
    const { signal } = shell;
    const target = name === undefined ? undefined : await findTarget(connection, name, signal);
    const place = options.allNamespaces && !target ? {} : { namespace: connection.namespace };
    const [{ items: releases }, { items }] = await Promise.all([client.list(serinResources.releases, { ...place, signal }), client.list(serinResources.approvals, { ...place, signal })]);
    const meant = releases.filter(({ spec, metadata }) => !target || (target.kind === 'policy' ? spec.policy : metadata.name) === target.name);
    const names = new Set(meant.map(({ metadata }) => metadata.name));
    const waiting = askingSteps(meant, items);
    const given = givenApprovals(meant, target ? items.filter(({ spec }) => names.has(spec.release)) : items);
    if (isDataFormat(options.output)) return printData(shell, { waiting, given }, options.output);
    if (waiting.length + given.length === 0) return note(shell, `Nothing waits for an approval, and none was given${'namespace' in place ? ` in namespace ${connection.namespace}` : ''}.`);
    const namespaces = options.allNamespaces === true;
    const now = shell.clock.now();
    for (const line of tableLines(waitingColumns(now, namespaces), waiting)) if (waiting.length > 0) print(shell, line);
    if (waiting.length > 0 && given.length > 0) print(shell);
    for (const line of tableLines(givenColumns(now, namespaces), given)) if (given.length > 0) print(shell, line);
  });
}

const place = <T extends { readonly namespace: string; readonly release: string }>(namespaces: boolean): Column<T>[] => [
  ...(namespaces ? [{ title: 'NAMESPACE', text: ({ namespace }: T) => namespace }] : []),
  { title: 'RELEASE', text: ({ release }) => release },
];

const waitingColumns = (now: number, namespaces: boolean): Column<AskingStep>[] => [
  ...place<AskingStep>(namespaces),
  { title: 'STEP', text: ({ step }) => String(step) },
  { title: 'WAITS', text: ({ state, since }) => (state === 'now' ? `for ${formatAge(since, now)}` : state === 'later' ? 'later' : 'if undecided') },
  { title: 'GIVEN', text: ({ given, wanted }) => `${given.length} of ${wanted}` },
  { title: 'FROM', text: describeApprovers },
];

const givenColumns = (now: number, namespaces: boolean): Column<GivenApproval>[] => [
  ...place<GivenApproval>(namespaces),
  { title: 'STEP', text: ({ step }) => String(step) },
  { title: 'SAID', text: ({ approved, counts }) => `${approved ? 'approved' : 'rejected'}${counts ? '' : ', does not count'}` },
  { title: 'BY', text: ({ user, groups }) => (groups.length === 0 ? user : `${user} (${groups.join(', ')})`) },
  { title: 'AGE', text: ({ at }) => formatAge(at, now) },
  { title: 'COMMENT', text: ({ comment }) => comment },
];
