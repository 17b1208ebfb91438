import { describeApprovers } from '../../approvals/caller.js';
import type { AskingImage } from '../../approvals/image-asking.js';
import type { AskingStep, GivenApproval } from '../../approvals/record.js';
import { tableLines, type Column } from '../output/table.js';
import { formatAge } from '../output/times.js';

/** What people are asked for, and what they said. */
export interface ApprovalTables {
  readonly waiting: readonly AskingStep[];
  readonly images: readonly AskingImage[];
  readonly given: readonly GivenApproval[];
}

/** The tables of all three that there are, with an empty line between. @param namespaces whether they are of several @param now milliseconds since the epoch */
export function approvalLines({ waiting, images, given }: ApprovalTables, { namespaces, now }: { readonly namespaces: boolean; readonly now: number }): string[] {
  const tables = [
    waiting.length > 0 ? tableLines(waitingColumns(now, namespaces, waiting.some(({ until }) => until !== undefined)), waiting) : [],
    images.length > 0 ? tableLines(imageColumns(now, namespaces), images) : [],
    given.length > 0 ? tableLines(givenColumns(now, namespaces), given) : [],
  ];
  return tables.filter((lines) => lines.length > 0).flatMap((lines, index) => (index > 0 ? ['', ...lines] : lines));
}

const place = <T extends { readonly namespace: string; readonly release: string }>(namespaces: boolean): Column<T>[] => [
  ...(namespaces ? [{ title: 'NAMESPACE', text: ({ namespace }: T) => namespace }] : []),
  { title: 'RELEASE', text: ({ release }) => release },
];

const formatUntil = (time: string): string => (time === '' ? '' : `${time.slice(0, 16).replace('T', ' ')} UTC`);

/** Steps that wait for people. */
const waitingColumns = (now: number, namespaces: boolean, someUntil: boolean): Column<AskingStep>[] => [
  ...place<AskingStep>(namespaces),
  { title: 'STEP', text: ({ step }) => String(step) },
  { title: 'WAITS', text: ({ state, since }) => (state === 'now' ? (since === undefined ? 'now' : `for ${formatAge(since, now)}`) : state === 'later' ? 'later' : 'if undecided') },
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
