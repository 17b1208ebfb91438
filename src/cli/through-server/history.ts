import { releaseNumber } from '../../commands/release-number.js';
import { hasEnded } from '../../model/release.js';
import type { ReleaseDetail } from '../../server/schemas/release-detail.js';
import { historyColumns } from '../history/columns.js';
import { culpritOf, type ReleaseRecord } from '../history/record.js';
import { isDataFormat, printData } from '../output/format.js';
import { tableLines } from '../output/table.js';
import { note, print, type Shell } from '../shell.js';
import { findServerPolicy, parsedForServer } from './finding.js';
import { detailsOf, listReleases } from './reading.js';
import type { ServerConnection } from './server-connection.js';

/** history: the releases of a policy, of one that is gone as well, as a server tells them. @throws CliError where there is no such policy */
export async function historyThroughServer(shell: Shell, server: ServerConnection, text: string, { output }: { readonly output?: string | undefined }): Promise<void> {
  const { name } = parsedForServer(text);
  const { namespace } = server;
  const releases = (await listReleases(server, namespace, name)).filter(({ policy }) => policy === name).sort((a, b) => numberOf(b) - numberOf(a));
  if (releases.length === 0) await findServerPolicy(server, `policy/${name}`);
  if (isDataFormat(output)) return printData(shell, { items: releases }, output);
  if (releases.length === 0) return note(shell, `Policy ${name} has had no release in namespace ${namespace}.`);
  const records = (await detailsOf(server, releases)).map(recordOf);
  for (const line of tableLines(historyColumns(shell.clock.now()), records, { wide: output === 'wide' })) print(shell, line);
}

const numberOf = ({ name }: { readonly name: string }): number => releaseNumber({ metadata: { name } });

function recordOf(release: ReleaseDetail): ReleaseRecord {
  const { name, phase, strategy, hotfix, stable, canary, startedAt, endedAt, abortReason, requests, tested, reached, events, deeds, message } = release;
  const aborting = events.find(({ code }) => code === 'Aborting' || code === 'LettingGo');
  return {
    number: numberOf(release), name, strategy, hotfix, from: stable.replicaSet, to: canary.replicaSet, outcome: phase, startedAt, endedAt, tested, reached,
    why: hasEnded(phase) ? (aborting?.text ?? '') : message,
    met: requests.canary,
    judged: judgedOf(release),
    takenBackWithin: phase === 'Aborted' && aborting && endedAt !== undefined ? Date.parse(endedAt) - Date.parse(aborting.time) : undefined,
    takenBackBy: abortReason === undefined ? undefined : culpritOf(abortReason, () => whoAborted(deeds)),
  };
}

function whoAborted(deeds: ReleaseDetail['deeds']): string {
  const deed = deeds.find(({ what }) => what.startsWith('aborted it'));
  return deed ? `${deed.user}${deed.via === undefined ? '' : ` via ${deed.via}`}` : 'someone';
}

/** What the metrics come to that have a say: one that fails is enough, and all have to pass. */
function judgedOf({ metrics }: ReleaseDetail): ReleaseRecord['judged'] {
  const outcomes = metrics.filter(({ dryRun }) => dryRun !== true).map(({ outcome }) => outcome);
  if (outcomes.length === 0) return undefined;
  if (outcomes.includes('fail')) return 'fail';
  return outcomes.every((outcome) => outcome === 'pass') ? 'pass' : 'undecided';
}
