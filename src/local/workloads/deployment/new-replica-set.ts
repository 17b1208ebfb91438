import { isDeepStrictEqual } from 'node:util';
import type { Deployment, ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import { nameWithHash } from '../../../kubernetes/names.js';
import { controllerReference } from '../../../kubernetes/owners.js';
import { equalTemplates, hashTemplate } from '../../../kubernetes/pod-template.js';
import { highestRevision, newReplicaSetAnnotations, REVISION, sizeAnnotations } from './annotations.js';
import { hasProgressDeadline, newCondition } from './conditions.js';
import { isRollingUpdate, limitsOf } from './limits.js';
import type { DeploymentPass } from './pass.js';
import { oldestFirst, sumOf, wantedOf } from './replica-sets.js';

/** The label that tells the ReplicaSets of one Deployment, and their Pods, apart. */
export const POD_TEMPLATE_HASH = 'pod-template-hash';

/** The ReplicaSet of the Deployment's template and the others, oldest first. */
export interface NewAndOld {
  readonly current: ReplicaSet | undefined;
  readonly old: ReplicaSet[];
}

/** Finds the ReplicaSet whose template is the Deployment's (the hash label aside): the oldest, if there are several. */
export function newAndOld(deployment: Deployment, replicaSets: readonly ReplicaSet[]): NewAndOld {
  const sorted = oldestFirst(replicaSets);
  const current = sorted.find(({ spec }) => spec.template !== undefined && equalTemplates(spec.template, deployment.spec.template));
  return { current, old: sorted.filter((each) => each !== current) };
}

/** Finds the new ReplicaSet and brings its annotations, and the Deployment's revision, up to date. */
export function syncNewReplicaSet(pass: DeploymentPass): NewAndOld {
  const found = newAndOld(pass.deployment, pass.replicaSets);
  if (found.current === undefined) return found;
  const { deployment } = pass;
  const former = found.current;
  const annotations = newReplicaSetAnnotations(deployment, former.metadata.annotations ?? {}, highestRevision(found.old) + 1);
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  if (!isDeepStrictEqual(annotations, former.metadata.annotations ?? {}) || (former.spec.minReadySeconds ?? 0) !== minReadySeconds) {
    const current = { ...former, metadata: { ...former.metadata, annotations }, spec: { ...former.spec, minReadySeconds } };
    pass.update(current);
    return { ...found, current };
  }
  const unknownProgress = hasProgressDeadline(deployment) && pass.condition('Progressing') === undefined;
  pass.writeCondition(
    unknownProgress
      ? newCondition('Progressing', 'True', 'FoundNewReplicaSet', `Found new replica set "${former.metadata.name}"`, pass.now)
      : undefined,
    withRevision(deployment, annotations[REVISION]),
  );
  return found;
}

/** As `syncNewReplicaSet`; makes the new ReplicaSet where there is none. */
export function ensureNewReplicaSet(pass: DeploymentPass): { current: ReplicaSet; old: ReplicaSet[] } {
  const { current: found, old } = syncNewReplicaSet(pass);
  if (found) return { current: found, old };
  const current = makeReplicaSet(pass.deployment, old);
  const { name } = current.metadata;
  const size = wantedOf(current);
  pass.create(
    current,
    size > 0 ? { type: 'Normal', reason: 'ScalingReplicaSet', message: `Scaled up replica set ${name} from 0 to ${size}` } : undefined,
  );
  pass.writeCondition(
    hasProgressDeadline(pass.deployment)
      ? newCondition('Progressing', 'True', 'NewReplicaSetCreated', `Created new replica set "${name}"`, pass.now)
      : undefined,
    withRevision(pass.deployment, current.metadata.annotations?.[REVISION]),
  );
  return { current, old };
}

function makeReplicaSet(deployment: Deployment, old: readonly ReplicaSet[]): ReplicaSet {
  const { spec, metadata } = deployment;
  const hash = hashTemplate(spec.template, deployment.status?.collisionCount);
  const labels = { ...spec.template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  const annotations = { ...newReplicaSetAnnotations(deployment, {}, highestRevision(old) + 1), ...sizeAnnotations(deployment) };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: nameWithHash(metadata.name, hash),
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      labels,
      annotations,
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: newSize(deployment, old, 0),
      ...(spec.minReadySeconds !== undefined && { minReadySeconds: spec.minReadySeconds }),
      selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [POD_TEMPLATE_HASH]: hash } },
      template: { ...spec.template, ...(spec.template.metadata && { metadata: { ...spec.template.metadata, labels } }) },
    },
  };
}

/** How large the new ReplicaSet may be: never more than wanted, and all together never more than wanted and surge. */
export function newSize(deployment: Deployment, old: readonly ReplicaSet[], size: number): number {
  const wanted = wantedOf(deployment);
  if (!isRollingUpdate(deployment)) return wanted;
  const room = wanted + limitsOf(deployment).maxSurge - sumOf(old, wantedOf) - size;
  return room <= 0 ? size : size + Math.min(room, wanted - size);
}

function withRevision(deployment: Deployment, revision: string | undefined): Record<string, string> | undefined {
  const { annotations } = deployment.metadata;
  return revision === undefined || annotations?.[REVISION] === revision ? annotations : { ...annotations, [REVISION]: revision };
}
