/** The two parts a version can play in a release. Blue/green calls them active and preview. */
export const roles = ['stable', 'canary'] as const;
export type Role = (typeof roles)[number];

/** The label by which the Pods of one version are told apart on a cluster. */
export const HASH_LABEL = 'pod-template-hash';

/** One version as a router sees it. */
export interface VersionTarget {
  /** Value of `pod-template-hash` on its Pods. */
  readonly hash: string;
  readonly readyPods: number;
  /** All labels of its Pod template, hash included. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** The Service that leads to this version alone, where users run each version with a Service of its own. */
  readonly service?: string;
}
