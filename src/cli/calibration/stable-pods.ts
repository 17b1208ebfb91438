import type { ClusterClient } from '../../cluster/client.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { canBeAsked } from '../../metrics/scraping/scrape-target.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { HASH_LABEL, type Role } from '../../model/version.js';
import { CliError } from '../errors.js';
import { halvesOf } from './halves.js';
import type { Division } from './self-comparison.js';

/** What stands in the place of the label `pod-template-hash`, so that halves are told apart as versions are. */
export const HALVES: Readonly<Record<Role, string>> = { stable: 'half-stable', canary: 'half-canary' };

/** The Pods of stable, in two halves. */
export interface DividedPods {
  readonly division: Division;
  /** With labels of the halves; in the canary's half alone where there is one Pod. */
  readonly pods: readonly Pod[];
  /** Their names, as they are on the cluster. */
  readonly names: Readonly<Record<Role, readonly string[]>>;
  /** How many there are, of which some may have been drawn. */
  readonly of: number;
}

/** More would be asked of an API server than this is worth; the controller asks no more at once either. */
const MOST_PODS = 20;

/**
 * Divides the Pods of a policy's stable version by chance.
 * @throws CliError where there is none, with the reason
 */
export async function dividedPods(client: ClusterClient, { metadata, spec, status }: ReleasePolicy, random: () => number, signal: AbortSignal): Promise<DividedPods> {
  const { namespace = '', name } = metadata;
  const stable = status?.stable;
  if (!stable) throw new CliError(`policy ${name} knows no stable version yet: ${status?.message ?? 'it waits for the controller to take notice.'}`);
  const { items } = await client.list(resources.pods, { namespace, labelSelector: `${spec.workload.versions?.hashLabel ?? HASH_LABEL}=${stable.hash}`, signal });
  const running = items.filter(canBeAsked);
  if (running.length === 0) throw new CliError(`stable ${stable.replicaSet} runs no Pod: there is nothing to look at.`);
  const halves = running.length === 1 ? { stable: [], canary: running } : halvesOf(running, random, MOST_PODS);
  const labelled = (role: Role): Pod[] => halves[role].map((pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, [HASH_LABEL]: HALVES[role] } } }));
  const names = (role: Role): string[] => halves[role].map((pod) => pod.metadata.name);
  return { division: running.length === 1 ? 'time' : 'Pods', pods: [...labelled('stable'), ...labelled('canary')], names: { stable: names('stable'), canary: names('canary') }, of: running.length };
}
