import type { ImagePolicy } from '../../model/images/image-policy.js';
import type { ImageUpdate } from '../../model/images/image-update.js';
import type { Column } from '../output/table.js';
import { formatAge } from '../output/times.js';

/** What a table of images depends on. */
export interface ColumnOptions {
  readonly namespaces: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Which tags a policy takes, in a few words. */
export function tagsText({ spec: { tags } }: ImagePolicy): string {
  const order = tags.order === undefined ? '' : ` (${tags.order})`;
  if (tags.sameTag) return 'same tag, new digest';
  if (tags.semver !== undefined) return `semver ${tags.semver}`;
  if (tags.level !== undefined) return tags.level;
  return `${tags.glob === undefined ? `regexp ${tags.regexp ?? ''}` : `glob ${tags.glob}`}${order}`;
}

const workloadText = ({ spec: { workload } }: ImagePolicy): string =>
  workload.deployment !== undefined ? `Deployment ${workload.deployment}` : workload.policy !== undefined ? `ReleasePolicy ${workload.policy}` : `Rollout ${workload.rollout ?? ''}`;

/** What a policy looks after, what runs, and the highest tag that it has heard of. */
export const policyColumns = (options: ColumnOptions): Column<ImagePolicy>[] => [
  ...(options.namespaces ? [{ title: 'NAMESPACE', text: ({ metadata }: ImagePolicy) => metadata.namespace ?? '' }] : []),
  { title: 'POLICY', text: ({ metadata }) => metadata.name },
  { title: 'WORKLOAD', text: workloadText },
  { title: 'TAKES', text: tagsText },
  { title: 'RUNS', text: ({ status }) => status?.image ?? '' },
  { title: 'LATEST', text: ({ status }) => status?.latest ?? '' },
  { title: 'POLLED', text: ({ status }) => formatAge(status?.polledAt, options.now), wide: true },
  { title: 'MESSAGE', text: ({ status }) => status?.message ?? '' },
];

/** One image that a policy took up, as a row of a table. */
export interface UpdateRow {
  readonly namespace: string;
  readonly name: string;
  readonly policy: string;
  readonly tag: string;
  readonly digest: string;
  readonly source: string;
  readonly by: string | undefined;
  /** RFC 3339. */
  readonly receivedAt: string;
  readonly phase: string;
  readonly release: string;
  readonly message: string;
}

/** An ImageUpdate as a row. */
export function updateRow({ metadata, spec, status }: ImageUpdate): UpdateRow {
  return {
    namespace: metadata.namespace ?? '', name: metadata.name, policy: spec.policy, tag: spec.tag, digest: spec.digest ?? '', source: spec.source, by: spec.by, receivedAt: spec.receivedAt,
    phase: status?.phase ?? 'Pending', release: status?.release ?? '', message: status?.message ?? '',
  };
}

/** What was heard, and what has become of it. */
export const updateColumns = ({ namespaces, now }: ColumnOptions): Column<UpdateRow>[] => [
  ...(namespaces ? [{ title: 'NAMESPACE', text: (row: UpdateRow) => row.namespace }] : []),
  { title: 'UPDATE', text: ({ name }) => name },
  { title: 'POLICY', text: ({ policy }) => policy },
  { title: 'TAG', text: ({ tag }) => tag },
  { title: 'DIGEST', text: ({ digest }) => digest, wide: true },
  { title: 'FROM', text: ({ source, by }) => [source, ...(by === undefined ? [] : [by])].join(', ') },
  { title: 'AGE', text: ({ receivedAt }) => formatAge(receivedAt, now) },
  { title: 'PHASE', text: ({ phase }) => phase },
  { title: 'RELEASE', text: ({ release }) => release },
  { title: 'MESSAGE', text: ({ message }) => message },
];
