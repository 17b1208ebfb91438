import type { SteeringVerb } from '../../commands/steering-plan.js';
import { ImageActionAnswerSchema, ReleaseActionAnswerSchema, type ImageActionBody, type ReleaseActionAnswer, type ReleaseActionBody } from '../../server/schemas/actions.js';
import { ImageListSchema } from '../../server/schemas/images.js';
import type { ActionVerb, ReleaseDetail } from '../../server/schemas/release-detail.js';
import { hasEnded } from '../../model/release.js';
import { CliError, exitCodes } from '../errors.js';
import { isDataFormat, printData } from '../output/format.js';
import { print, type Shell } from '../shell.js';
import { findServerPolicy, findServerTarget, releaseIn } from './finding.js';
import { findReleaseDetail, placeOf } from './reading.js';
import type { ServerConnection } from './server-connection.js';

/** What is said to a release or an image. */
export interface Word {
  readonly approved: boolean;
  readonly step: number | undefined;
  readonly window: string | undefined;
  readonly comment: string | undefined;
}

/** promote, pause, resume, abort. @throws CliError where it is refused */
export async function steerThroughServer(shell: Shell, server: ServerConnection, verb: SteeringVerb, name: string, { full = false, output }: { readonly full?: boolean | undefined; readonly output?: string | undefined }): Promise<void> {
  const release = releaseIn(await findServerTarget(server, name), verb);
  const action = verb === 'promote' && full ? 'promoteFull' : verb;
  // Who finds it at another step by now meant that step and not the next one; an abort and a pause mean it wherever it is.
  const step = action === 'promote' || action === 'resume' ? { step: release.step.index + 1 } : {};
  tell(shell, await act(server, release, action, { uid: release.uid, ...step }), output);
}

/** approve and reject, of a release. @throws CliError where it is refused */
export async function sayThroughServer(shell: Shell, server: ServerConnection, name: string, { approved, step, window, comment }: Word, output: string | undefined): Promise<void> {
  const verb = approved ? 'approve' : 'reject';
  const release = releaseIn(await findServerTarget(server, name), verb);
  const waitsAt = release.waitsFor?.kind === 'approval' && window === undefined ? (release.phase === 'Preparing' ? 0 : release.step.index + 1) : undefined;
  const meant = step ?? waitsAt;
  tell(shell, await act(server, release, verb, {
    uid: release.uid,
    ...(comment === undefined ? {} : { comment }),
    ...(meant === undefined ? {} : { step: meant }),
    ...(window === undefined ? {} : { freezeWindow: window }),
    ...(release.seen === undefined ? {} : { seen: release.seen }),
  }), output);
}

/** approve and reject, of an image. @throws CliError where it is refused */
export async function sayToImageThroughServer(shell: Shell, server: ServerConnection, name: string, { approved, comment }: Pick<Word, 'approved' | 'comment'>, output: string | undefined): Promise<void> {
  const { namespace } = server;
  const { items } = await server.get(ImageListSchema, '/images');
  const path = placeOf(namespace, 'image-updates', name);
  const update = items.find((each) => each.namespace === namespace && each.name === name);
  if (!update || path === undefined) throw new CliError(`there is no image ${name} in namespace ${namespace}. Those that wait are listed by: serin approvals.`);
  const body: ImageActionBody = { uid: update.uid, ...(comment === undefined ? {} : { comment }) };
  tell(shell, await server.post(ImageActionAnswerSchema, `${path}/actions/${approved ? 'approve' : 'reject'}`, body), output);
}

/** retry: of the release that took the version back. @throws CliError where it is refused */
export async function retryThroughServer(shell: Shell, server: ServerConnection, name: string): Promise<void> {
  const policy = await findServerPolicy(server, name);
  const last = policy.rejected?.release ?? policy.release;
  const release = last === undefined ? undefined : await findReleaseDetail(server, server.namespace, last);
  const found = releaseIn({ release, name: policy.name, policy }, 'retry');
  tell(shell, await act(server, found, 'retry', { uid: found.uid }), undefined);
}

/** rollback: takes the release under way back, else goes back to the version before. @throws CliError where it is refused */
export async function rollbackThroughServer(shell: Shell, server: ServerConnection, name: string, { to }: { readonly to?: string | undefined }): Promise<void> {
  if (to !== undefined) throw new CliError('--to: a server goes back to the version before, and to no other. Leave --server and SERIN_SERVER out to choose one.', exitCodes.usage);
  const policy = await findServerPolicy(server, name);
  const last = policy.release === undefined ? undefined : await findReleaseDetail(server, server.namespace, policy.release);
  const release = releaseIn({ release: last, name: policy.name, policy }, 'go back from');
  const underWay = !hasEnded(release.phase);
  const answer = await act(server, release, underWay ? 'abort' : 'rollback', { uid: release.uid });
  tell(shell, underWay ? { ...answer, done: `A release is under way, so it is aborted. ${answer.done}` } : answer, undefined);
}

async function act(server: ServerConnection, { namespace, name }: ReleaseDetail, verb: ActionVerb, body: ReleaseActionBody): Promise<ReleaseActionAnswer> {
  const path = placeOf(namespace, 'releases', name);
  if (path === undefined) throw new CliError(`the server calls a release by a name that is none: ${JSON.stringify(name)}.`);
  return server.post(ReleaseActionAnswerSchema, `${path}/actions/${verb}`, body);
}

function tell(shell: Shell, answer: { readonly done: string; readonly next: string }, output: string | undefined): void {
  if (isDataFormat(output)) return printData(shell, answer, output);
  print(shell, answer.done);
  if (answer.next !== '') print(shell, answer.next);
}
