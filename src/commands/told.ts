import type { ClusterClient } from '../cluster/client.js';
import { timestamp } from '../kubernetes/conditions.js';
import type { ObjectMeta } from '../kubernetes/generated/meta-v1.js';
import type { Release } from '../model/release.js';
import { serinResources } from '../model/resources.js';
import { TOLD_PREFIX } from '../model/told-admission.js';

/** What people tell a release; what they say to its approvals stands in Approvals. */
export const toldVerbs = ['promote', 'promoteFull', 'pause', 'resume', 'abort', 'retry', 'rollback'] as const;
export type ToldVerb = (typeof toldVerbs)[number];

/** One thing that a person told a release. */
export interface ToldCommand {
  /** RFC 3339, in seconds. */
  readonly time: string;
  /** As the API server names them: it refuses any other name where its admission policy is (`model/told-admission.ts`). */
  readonly user: string;
  readonly verb: ToldVerb;
  /** By which door, where it is a chat. */
  readonly via?: string;
  readonly comment?: string;
}

/** So many are kept on one release, the last ones. */
const KEPT = 20;

/** `serin.dev/told.2026-01-02T03.04.05Z.pause`, with a number after it for one more in the same second. */
const KEY = new RegExp(`^${TOLD_PREFIX.replaceAll('.', '\\.')}(\\d{4}-\\d\\d-\\d\\dT)(\\d\\d)\\.(\\d\\d)\\.(\\d\\dZ)\\.(${toldVerbs.join('|')})(?:\\.(\\d{1,6}))?$`);

type Annotated = Pick<ObjectMeta, 'annotations'>;

/** What is on record, oldest first; what cannot be read is left out. */
export function toldOf(metadata: Annotated): ToldCommand[] {
  return entriesOf(metadata).map(({ command }) => command);
}

/** One more as a merge patch of annotations, which leaves out the oldest where there are too many. */
export function withTold(metadata: Annotated, { time, user, verb, via = '', comment = '' }: ToldCommand): Readonly<Record<string, string | null>> {
  const key = `${TOLD_PREFIX}${time.replaceAll(':', '.')}.${verb}`;
  let free = key;
  for (let count = 2; metadata.annotations?.[free] !== undefined; count++) free = `${key}.${count}`;
  const tooOld = entriesOf(metadata).slice(0, 1 - KEPT).map((entry) => [entry.key, null] as const);
  const lines = [oneLine(user), oneLine(via), comment];
  while (lines.at(-1) === '') lines.pop();
  return { ...Object.fromEntries(tooOld), [free]: lines.join('\n') };
}

/**
 * Puts on a release who told its policy something, at this moment. What was done stands without it: who may change a workload need
 * not be allowed to write releases.
 * @param now milliseconds since the epoch
 */
export async function remember(client: ClusterClient, { metadata }: Release, command: Omit<ToldCommand, 'time'>, now: number, signal: AbortSignal): Promise<void> {
  const { namespace = '', name } = metadata;
  const annotations = withTold(metadata, { ...command, time: timestamp(now) });
  await client.patch(serinResources.releases, { namespace, name }, { kind: 'merge', body: { metadata: { annotations } } }, { signal }).catch(() => undefined);
}

function entriesOf({ annotations = {} }: Annotated): { readonly key: string; readonly command: ToldCommand }[] {
  const entries = Object.entries(annotations).flatMap(([key, value]) => {
    const [, day, hours, minutes, seconds, word, count = '1'] = KEY.exec(key) ?? [];
    const verb = toldVerbs.find((each) => each === word);
    const [user = '', via = '', ...comment] = value.split('\n');
    const time = `${day}${hours}:${minutes}:${seconds}`;
    if (verb === undefined || user === '' || Number.isNaN(Date.parse(time))) return [];
    const text = comment.join('\n');
    return [{ key, count: Number(count), command: { time, user, verb, ...(via === '' ? {} : { via }), ...(text === '' ? {} : { comment: text }) } }];
  });
  return entries.sort((a, b) => a.command.time.localeCompare(b.command.time) || a.count - b.count);
}

const oneLine = (text: string): string => text.replaceAll(/[\r\n]+/g, ' ');
