/** The two parts a version can play in a release. Blue/green calls them active and preview. */
export const roles = ['stable', 'canary'] as const;
export type Role = (typeof roles)[number];

/** The label by which the Pods of one version are told apart on a cluster, unless versions of users have another one. */
export const HASH_LABEL = 'pod-template-hash';

/** The label by which Pods are told apart, as a release has it on record. */
export const hashLabelOf = ({ spec: { workload } }: { readonly spec: { readonly workload: { readonly hashLabel?: string } } }): string => workload.hashLabel ?? HASH_LABEL;

/** How the Pods of two versions are told apart. */
export interface VersionHashes extends Readonly<Record<Role, string>> {
  /** The label whose values the hashes are; `pod-template-hash` when absent. */
  readonly label?: string;
}

/** One version as a router sees it. */
export interface VersionTarget {
  /** Value of the label `hashLabel` on its Pods. */
  readonly hash: string;
  /** The label that tells Pods of versions apart; `pod-template-hash` when absent. */
  readonly hashLabel?: string;
  readonly readyPods: number;
  /** All labels of its Pod template, hash included. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** The Service that leads to this version alone, where users run each version with a Service of its own. */
  readonly service?: string;
  /** The subset that selects its Pods, in a DestinationRule that somebody else keeps. */
  readonly subset?: string;
}

/** What leads to one version alone, where users keep that; nothing where they keep neither. */
export function ownLead({ service, subset }: { readonly service?: string | undefined; readonly subset?: string | undefined }): Pick<VersionTarget, 'service' | 'subset'> {
  return { ...(service === undefined ? {} : { service }), ...(subset === undefined ? {} : { subset }) };
}
