import type { KubernetesObject } from '../../kubernetes/objects.js';
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

const namespace = <T extends KubernetesObject>({ namespaces }: ColumnOptions): Column<T>[] => (namespaces ? [{ title: 'NAMESPACE', text: ({ metadata }) => metadata.namespace ?? '' }] : []);

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
  ...namespace<ImagePolicy>(options),
  { title: 'POLICY', text: ({ metadata }) => metadata.name },
  { title: 'WORKLOAD', text: workloadText },
  { title: 'TAKES', text: tagsText },
  { title: 'RUNS', text: ({ status }) => status?.image ?? '' },
  { title: 'LATEST', text: ({ status }) => status?.latest ?? '' },
  { title: 'POLLED', text: ({ status }) => formatAge(status?.polledAt, options.now), wide: true },
  { title: 'MESSAGE', text: ({ status }) => status?.message ?? '' },
];

/** What was heard, and what has become of it. */
export const updateColumns = (options: ColumnOptions): Column<ImageUpdate>[] => [
  ...namespace<ImageUpdate>(options),
  { title: 'UPDATE', text: ({ metadata }) => metadata.name },
  { title: 'POLICY', text: ({ spec }) => spec.policy },
  { title: 'TAG', text: ({ spec }) => spec.tag },
  { title: 'DIGEST', text: ({ spec }) => spec.digest ?? '', wide: true },
  { title: 'FROM', text: ({ spec }) => [spec.source, ...(spec.by === undefined ? [] : [spec.by])].join(', ') },
  { title: 'AGE', text: ({ spec }) => formatAge(spec.receivedAt, options.now) },
  { title: 'PHASE', text: ({ status }) => status?.phase ?? 'Pending' },
  { title: 'RELEASE', text: ({ status }) => status?.release ?? '' },
  { title: 'MESSAGE', text: ({ status }) => status?.message ?? '' },
];
