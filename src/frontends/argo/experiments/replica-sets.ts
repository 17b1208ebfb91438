import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { PodTemplateSpec } from '../../../kubernetes/generated/core-v1.js';
import { controllerReference, isControlledBy } from '../../../kubernetes/owners.js';
import type { Experiment, ExperimentSpec } from '../kinds/experiment.js';
import { ROLLOUTS_HASH_LABEL, rolloutsHash } from '../pod-template-hash.js';
import { EXPERIMENT_NAME, EXPERIMENT_TEMPLATE } from './labels.js';

export type ExperimentTemplate = ExperimentSpec['templates'][number];

/** What the ReplicaSet of a template is called. */
export const replicaSetName = ({ metadata }: Experiment, { name }: ExperimentTemplate): string => `${metadata.name}-${name}`;

/** Whether a ReplicaSet or Service was made for a template of an Experiment. */
export const isFor = (object: ReplicaSet | { metadata: ReplicaSet['metadata'] }, experiment: Experiment, template: ExperimentTemplate): boolean =>
  isControlledBy(object, experiment) && object.metadata.annotations?.[EXPERIMENT_TEMPLATE] === template.name;

/**
 * The hash of each template, by its name: one of a ReplicaSet that there is stays. No two templates share a hash, and none has that
 * of the version that it was made from: Services tell Pods apart by it, and an experiment's must not be taken for a version's.
 * @param ended whether nothing is made any more: then templates are not looked at, and may be anything
 */
export function templateHashes(experiment: Experiment, replicaSets: readonly ReplicaSet[], ended = false): ReadonlyMap<string, string> {
  const hashes = new Map<string, string>();
  const taken = new Set<string>();
  const { templates } = experiment.spec;
  for (const template of templates) {
    const found = replicaSets.find((each) => isFor(each, experiment, template))?.metadata.labels?.[ROLLOUTS_HASH_LABEL];
    if (found === undefined) continue;
    hashes.set(template.name, found);
    taken.add(found);
  }
  if (ended) return hashes;
  for (const { template } of templates) {
    const source = template.metadata?.labels?.[ROLLOUTS_HASH_LABEL];
    if (source !== undefined) taken.add(source);
  }
  for (const { name, template } of templates) {
    if (hashes.has(name)) continue;
    const hash = freeHash(withoutHash(template), taken);
    hashes.set(name, hash);
    taken.add(hash);
  }
  return hashes;
}

function freeHash(template: PodTemplateSpec, taken: ReadonlySet<string>): string {
  for (let collisions: number | undefined; ; collisions = (collisions ?? 0) + 1) {
    const hash = rolloutsHash(template, collisions);
    if (!taken.has(hash)) return hash;
  }
}

type Metadata = NonNullable<PodTemplateSpec['metadata']>;

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  if (!template.metadata) return template;
  const { [ROLLOUTS_HASH_LABEL]: _, ...labels } = template.metadata.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** The ReplicaSet of a template as it is created. */
export function replicaSetOf(experiment: Experiment, template: ExperimentTemplate, hash: string, replicas: number): ReplicaSet {
  const labels = { ...template.template.metadata?.labels, [ROLLOUTS_HASH_LABEL]: hash };
  const { namespace } = experiment.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: replicaSetName(experiment, template),
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      annotations: madeFor(experiment, template),
      ownerReferences: [controllerReference(experiment)],
    },
    spec: {
      replicas,
      ...(template.minReadySeconds === undefined ? {} : { minReadySeconds: template.minReadySeconds }),
      selector: { ...template.selector, matchLabels: { ...template.selector.matchLabels, [ROLLOUTS_HASH_LABEL]: hash } } as ReplicaSet['spec']['selector'],
      // The metadata of a template has no name; only its type wants one.
      template: { ...template.template, metadata: { ...template.template.metadata, labels } as Metadata },
    },
  };
}

/** By which objects of an Experiment say what they are for. */
export const madeFor = ({ metadata }: Experiment, { name }: ExperimentTemplate): Record<string, string> => ({ [EXPERIMENT_NAME]: metadata.name, [EXPERIMENT_TEMPLATE]: name });
