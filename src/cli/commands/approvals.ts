import type { Command } from 'commander';
import { serinResources } from '../../model/resources.js';
import { askingImages, type AskingImage } from '../../approvals/image-asking.js';
import { askingSteps, givenApprovals } from '../../approvals/record.js';
import { findWindows } from '../../approvals/saying.js';
import { isForbidden, isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import { approvalLines } from '../approvals/tables.js';
import { withConnectionOptions, type Connection } from '../connection.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { note, print, type Shell } from '../shell.js';
import { findTarget } from '../target.js';
import { withServerOptions, type PlaceOptions } from '../through-server/options.js';
import { onServerOrCluster } from '../through-server/server-or-cluster.js';

interface ApprovalsOptions extends PlaceOptions {
  readonly allNamespaces?: boolean;
  readonly output?: string;
}

export function registerApprovals(program: Command, shell: Shell): void {
  const command = program
    .command('approvals')
    .argument('[policy|release]', 'only of this one')
    .option('-A, --all-namespaces', 'of all namespaces')
    .action((name: string | undefined, options: ApprovalsOptions) => approvals(shell, name, options));
  withServerOptions(withOutputOption(withConnectionOptions(command), ['table', 'json', 'yaml']));
  withExamples(command, ['serin approvals', 'serin approvals web', 'serin approvals -A -o json']);
}

async function approvals(shell: Shell, name: string | undefined, options: ApprovalsOptions): Promise<void> {
  await onServerOrCluster(shell, options, {
    server: async (server) => (await import('../through-server/approvals.js')).approvalsThroughServer(shell, server, name, options),
    cluster: (connection) => approvalObjects(shell, connection, name, options),
  });
}

async function approvalObjects(shell: Shell, connection: Connection, name: string | undefined, { allNamespaces: namespaces = false, output }: ApprovalsOptions): Promise<void> {
  const { client } = connection;
  const { signal } = shell;
  const target = name === undefined ? undefined : await findTarget(connection, name, signal);
  const place: { readonly namespace?: string } = namespaces && !target ? {} : { namespace: connection.namespace };
  const now = shell.clock.now();
  const [{ items: releases }, { items }, windows, images] = await Promise.all([
    client.list(serinResources.releases, { ...place, signal }), client.list(serinResources.approvals, { ...place, signal }), findWindows(client, place.namespace, { signal }), target ? [] : imagesThatWait(client, { ...place, signal }),
  ]);
  const meant = releases.filter(({ spec, metadata }) => !target || (target.kind === 'policy' ? spec.policy : metadata.name) === target.name);
  const names = new Set(meant.map(({ metadata }) => metadata.name));
  const waiting = askingSteps(meant, items, now, windows);
  const given = givenApprovals(meant, target ? items.filter(({ spec }) => names.has(spec.release)) : items);
  if (isDataFormat(output)) return printData(shell, { waiting, images, given }, output);
  if (waiting.length + images.length + given.length === 0) return note(shell, `Nothing waits for an approval, and none was given${place.namespace !== undefined ? ` in namespace ${connection.namespace}` : ''}.`);
  for (const line of approvalLines({ waiting, images, given }, { namespaces, now })) print(shell, line);
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
