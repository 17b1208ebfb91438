import type { AskingImage } from '../../approvals/image-asking.js';
import type { AskingStep, GivenApproval } from '../../approvals/record.js';
import { ApprovalListSchema, type ApprovalItem } from '../../server/schemas/approvals.js';
import type { ReleaseDetail } from '../../server/schemas/release-detail.js';
import { approvalLines } from '../approvals/tables.js';
import { isDataFormat, printData } from '../output/format.js';
import { note, print, type Shell } from '../shell.js';
import { findServerTarget, type ServerTarget } from './finding.js';
import { detailsOf } from './reading.js';
import type { ServerConnection } from './server-connection.js';

interface ApprovalsOptions {
  readonly allNamespaces?: boolean | undefined;
  readonly output?: string | undefined;
}

/** approvals: what waits for people now, as a server tells it; what they said, where one policy or release is asked for. @throws CliError where there is none of that name */
export async function approvalsThroughServer(shell: Shell, server: ServerConnection, name: string | undefined, { allNamespaces = false, output }: ApprovalsOptions): Promise<void> {
  const target = name === undefined ? undefined : await findServerTarget(server, name);
  const namespaces = allNamespaces && !target;
  const { items } = await server.get(ApprovalListSchema, '/approvals');
  const found = items.filter((item) => (namespaces || namespaceOf(item) === server.namespace) && (!target || isOf(target, item)));
  if (isDataFormat(output)) return printData(shell, { items: found }, output);
  const now = shell.clock.now();
  const given = target ? (await releasesOf(server, target)).flatMap(givenTo) : [];
  const waiting = found.flatMap((item) => (item.kind === 'release' ? [askingStep(item, now)] : []));
  const images = found.flatMap((item) => (item.kind === 'image' ? [askingImage(item)] : []));
  if (found.length + given.length === 0) return note(shell, `Nothing waits for an approval${target ? ', and none was given' : ''}${namespaces ? '' : ` in namespace ${server.namespace}`}.`);
  for (const line of approvalLines({ waiting, images, given }, { namespaces, now })) print(shell, line);
}

const namespaceOf = (item: ApprovalItem): string => (item.kind === 'release' ? item.release.namespace : item.update.namespace);

const isOf = ({ kind, name }: ServerTarget, item: ApprovalItem): boolean => item.kind === 'release' && (kind === 'policy' ? item.release.policy : item.release.name) === name;

async function releasesOf(server: ServerConnection, { kind, policy, release }: ServerTarget): Promise<readonly ReleaseDetail[]> {
  return kind === 'policy' ? detailsOf(server, policy?.releases ?? []) : release ? [release] : [];
}

function askingStep({ release, step, wanted, given, users, groups, until }: Extract<ApprovalItem, { kind: 'release' }>, now: number): AskingStep {
  return {
    namespace: release.namespace, release: release.name, step, state: 'now', wanted, given, users, groups, until, overdue: until !== undefined && Date.parse(until) <= now,
    notAuthor: undefined, since: undefined, window: undefined,
  };
}

function askingImage({ update, wanted, given, users, groups, until }: Extract<ApprovalItem, { kind: 'image' }>): AskingImage {
  return { namespace: update.namespace, image: update.name, what: `${update.image}:${update.tag}`, policy: update.policy, wanted, given, users, groups, notAuthor: undefined, since: update.receivedAt, until };
}

const givenTo = ({ namespace, name, approvals }: ReleaseDetail): GivenApproval[] =>
  approvals.map(({ step, approved, user, groups, comment, at, via, counts, freezeWindow }) => ({ namespace, release: name, step, approved, user, groups, comment, at, via, counts, window: freezeWindow }));
