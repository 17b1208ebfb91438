import Value from 'typebox/value';
import { hasEnded } from '../../model/release.js';
import { streamSchemas } from '../../server/schemas/stream.js';
import { coloursOf } from '../output/colours.js';
import { isDataFormat, printData } from '../output/format.js';
import { note, print, type Shell } from '../shell.js';
import { newsOf, nothingTold } from '../status/changes.js';
import { openDisplay } from '../status/display.js';
import { statusLines } from '../status/tree.js';
import { drawnDetail } from './drawn-detail.js';
import type { StreamBlock } from './event-stream.js';
import { findServerTarget, type ServerTarget } from './finding.js';
import { followChanges } from './following.js';
import { jsonIn, mayPass } from './problems.js';
import type { ServerConnection } from './server-connection.js';

/** Pods are not on the stream: on a terminal everything is read anew after so long, in milliseconds. */
const STALE = 5_000;

interface StatusOptions {
  readonly watch?: boolean | undefined;
  readonly output?: string | undefined;
}

/** status, also `--watch`, as a server tells it. @throws CliError where there is no such policy or release */
export async function statusThroughServer(shell: Shell, server: ServerConnection, name: string, { watch = false, output }: StatusOptions): Promise<void> {
  const target = await findServerTarget(server, name);
  if (watch) return follow(shell, server, target);
  const { policy, release } = target;
  if (isDataFormat(output)) return printData(shell, { policy, release }, output);
  for (const line of statusLines(drawnDetail(policy, release), shell.clock.now(), coloursOf(shell))) print(shell, line);
}

async function follow(shell: Shell, server: ServerConnection, { kind, namespace, name }: ServerTarget): Promise<void> {
  const { clock, signal } = shell;
  let seen: ServerTarget | undefined;
  const changes = await followChanges(server, {
    namespace,
    matters: (block) => isAbout(block, namespace, [name, ...(seen?.policy ? [seen.policy.name] : []), ...(seen?.release ? [seen.release.name] : [])]),
    onLost: () => note(shell, `The connection to ${server.origin} is lost; it is tried again.`),
  }, shell);
  const display = await openDisplay(shell);
  let told = nothingTold;
  let readAt = Number.NEGATIVE_INFINITY;
  try {
    for (let news = true; !signal.aborted;) {
      if (news || (display.isLive && clock.monotonic() - readAt >= STALE)) {
        const found = await readAgain(() => findServerTarget(server, `${kind}/${name}`));
        seen = found ?? seen;
        readAt = clock.monotonic();
        news = found === undefined;
      }
      const { policy, release } = seen ?? {};
      const drawn = drawnDetail(policy, release);
      const fresh = newsOf(drawn, told, clock.now());
      if (seen) {
        told = fresh.told;
        display.show((rows) => statusLines(drawn, clock.now(), coloursOf(shell), rows), fresh.lines);
      }
      if (kind === 'release' && release && hasEnded(release.phase)) return;
      // A terminal shows how long it has taken, so it is drawn anew every second; what could not be read is read again as soon.
      const isNew = await changes.changed(display.isLive || news ? 1000 : undefined);
      news ||= isNew;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    display.close();
    await changes.stop();
  }
}

/** Undefined where it cannot be read at the moment. */
async function readAgain(read: () => Promise<ServerTarget>): Promise<ServerTarget | undefined> {
  try {
    return await read();
  } catch (error) {
    if (mayPass(error)) return undefined;
    throw error;
  }
}

/** Whether a block of the stream is about one of these policies and releases, or says that anything may have changed. */
function isAbout({ event, data }: StreamBlock, namespace: string, names: readonly string[]): boolean {
  if (data === undefined) return false;
  const said = jsonIn(data);
  if (event === 'reset' || event === 'approvals') return true;
  if (event === 'release' && Value.Check(streamSchemas.release, said)) return said.namespace === namespace && (names.includes(said.name) || names.includes(said.policy));
  if (event === 'gone' && Value.Check(streamSchemas.gone, said)) return names.some((name) => said.id === `${namespace}/${name}`);
  if (event === 'policy' && Value.Check(streamSchemas.policy, said)) return names.some((name) => said.id === `${namespace}/${name}`);
  // What another version says of releases and policies cannot be told apart, so it is looked at.
  return event === 'release' || event === 'gone' || event === 'policy';
}
