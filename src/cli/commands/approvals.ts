import type { Command } from 'commander';
import { serinResources } from '../../model/resources.js';
import { describeApprovers } from '../../approvals/caller.js';
import { askingImages, type AskingImage } from '../../approvals/image-asking.js';
import { askingSteps, givenApprovals, type AskingStep, type GivenApproval } from '../../approvals/record.js';
import { findWindows } from '../../approvals/saying.js';
import { isForbidden, isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
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
    const place: { readonly namespace?: string } = options.allNamespaces && !target ? {} : { namespace: connection.namespace };
    const now = shell.clock.now();
    const [{ items: releases }, { items }, windows, found] = await Promise.all([
      client.list(serinResources.releases, { ...place, signal }), client.list(serinResources.approvals, { ...place, signal }), findWindows(client, place.namespace, { signal }), target ? [] : imagesThatWait(client, { ...place, signal }),
    ]);
    const meant = releases.filter(({ spec, metadata }) => !target || (target.kind === 'policy' ? spec.policy : metadata.name) === target.name);
    const names = new Set(meant.map(({ metadata }) => metadata.name));
    const waiting = askingSteps(meant, items, now, windows);
    const images = found;
    const given = givenApprovals(meant, target ? items.filter(({ spec }) => names.has(spec.release)) : items);
    if (isDataFormat(options.output)) return printData(shell, { waiting, images, given }, options.output);
    if (waiting.length + images.length + given.length === 0) return note(shell, `Nothing waits for an approval, and none was given${place.namespace !== undefined ? ` in namespace ${connection.namespace}` : ''}.`);
    const namespaces = options.allNamespaces === true;
    const tables = [waiting.length > 0 ? tableLines(waitingColumns(now, namespaces, waiting.some(({ until }) => until !== undefined)), waiting) : [], images.length > 0 ? tableLines(imageColumns(now, namespaces), images) : [], given.length > 0 ? tableLines(givenColumns(now, namespaces), given) : []];
    for (const [index, lines] of tables.filter((each) => each.length > 0).entries()) {
      if (index > 0) print(shell);
      for (const line of lines) print(shell, line);
    }
  });
}

/** Who may not see images has none to approve. */
async function imagesThatWait(client: ClusterClient, options: { readonly namespace?: string; readonly signal: AbortSignal }): Promise<AskingImage[]> {
  try {
    const { items: updates } = await client.list(serinResources.imageUpdates, options);
    if (!updates.some(({ status }) => status?.phase === 'WaitingForApproval')) return [];
    const [{ items: policies }, { items: approvals }] = await Promise.all([client.list(serinResources.imagePolicies, options), client.list(serinResources.imageApprovals, options)]);
    return askingImages(updates, policies, approvals);
  } catch (error) {
    if (isForbidden(error) || isNotFound(error)) return [];
    throw error;
  }
}

const place = <T extends { readonly namespace: string; readonly release: string }>(namespaces: boolean): Column<T>[] => [
  ...(namespaces ? [{ title: 'NAMESPACE', text: ({ namespace }: T) => namespace }] : []),
  { title: 'RELEASE', text: ({ release }) => release },
];

const formatUntil = (time: string): string => (time === '' ? '' : `${time.slice(0, 16).replace('T', ' ')} UTC`);

const waitingColumns = (now: number, namespaces: boolean, someUntil: boolean): Column<AskingStep>[] => [
  ...place<AskingStep>(namespaces),
  { title: 'STEP', text: ({ step }) => String(step) },
  { title: 'WAITS', text: ({ state, since }) => (state === 'now' ? `for ${formatAge(since, now)}` : state === 'later' ? 'later' : 'if undecided') },
  ...(someUntil ? [{ title: 'UNTIL', text: ({ until = '', overdue }: AskingStep) => (overdue ? 'overdue' : formatUntil(until)) }] : []),
  { title: 'GIVEN', text: ({ given, wanted }) => `${given.length} of ${wanted}` },
  { title: 'FROM', text: fromWhom },
];

/** Whose word is wanted. A freeze window without names ends by itself. */
function fromWhom(step: AskingStep): string {
  const nobody = step.window !== undefined && step.users.length + step.groups.length === 0;
  const who = nobody ? 'nobody' : describeApprovers(step);
  const not = step.notAuthor === undefined ? '' : step.notAuthor === 'unknown' ? ', not by the author, who is unknown' : `, not ${step.notAuthor}`;
  return `${who}${not}${step.window === undefined ? '' : ` (freeze window ${step.window})`}`;
}

const imageColumns = (now: number, namespaces: boolean): Column<AskingImage>[] => [
  ...(namespaces ? [{ title: 'NAMESPACE', text: ({ namespace }: AskingImage) => namespace }] : []),
  { title: 'IMAGE', text: ({ image }) => `image/${image}` },
  { title: 'RUNS', text: ({ what }) => what },
  { title: 'WAITS', text: ({ since }) => `for ${formatAge(since, now)}` },
  { title: 'GIVEN', text: ({ given, wanted }) => `${given.length} of ${wanted}` },
  { title: 'FROM', text: (image) => `${describeApprovers(image, 'ImageApprovals')}${image.notAuthor === undefined ? '' : `, not ${image.notAuthor}`}` },
];

const givenColumns = (now: number, namespaces: boolean): Column<GivenApproval>[] => [
  ...place<GivenApproval>(namespaces),
  { title: 'STEP', text: ({ step }) => String(step) },
  { title: 'SAID', text: ({ approved, counts, window }) => `${approved ? 'approved' : 'rejected'}${window === undefined ? '' : ` in ${window}`}${counts ? '' : ', does not count'}` },
  { title: 'BY', text: ({ user, groups, via }) => `${groups.length === 0 ? user : `${user} (${groups.join(', ')})`}${via === undefined ? '' : ` via ${via}`}` },
  { title: 'AGE', text: ({ at }) => formatAge(at, now) },
  { title: 'COMMENT', text: ({ comment }) => comment },
];
