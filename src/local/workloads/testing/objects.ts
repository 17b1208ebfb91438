import type { Deployment, DeploymentSpec, ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import type { ObjectMeta } from '../../../kubernetes/generated/meta-v1.js';
import { controllerReference } from '../../../kubernetes/owners.js';

/** Noon of the first day of the year that tests live in, in milliseconds since the epoch. */
export const NOON = Date.UTC(2026, 0, 1, 12);

/** A Deployment `web` with 4 replicas and the defaults of the API. */
export function deployment(image: string, spec: Partial<DeploymentSpec> = {}, metadata: Partial<ObjectMeta> = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', uid: 'uid-web', generation: 1, resourceVersion: '1', ...metadata },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: 'web' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      template: { metadata: { name: '', labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
      ...spec,
    },
  };
}

export interface ReplicaSetSizes {
  readonly wanted: number;
  readonly available?: number;
  readonly annotations?: Record<string, string>;
  readonly created?: string;
}

/** A ReplicaSet of the Deployment with the given image, all of whose wanted Pods run. */
export function replicaSet(owner: Deployment, name: string, image: string, { wanted, available = wanted, annotations = {}, created = '2026-01-01T00:00:00Z' }: ReplicaSetSizes): ReplicaSet {
  const labels = { app: 'web', 'pod-template-hash': name };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      generation: 1,
      resourceVersion: '1',
      creationTimestamp: created,
      labels,
      annotations,
      ownerReferences: [controllerReference(owner)],
    },
    spec: {
      replicas: wanted,
      selector: { matchLabels: labels },
      template: { metadata: { name: '', labels }, spec: { containers: [{ name: 'web', image }] } },
    },
    status: { replicas: wanted, readyReplicas: available, availableReplicas: available, terminatingReplicas: 0, observedGeneration: 1 },
  };
}

export interface PodTraits {
  readonly readySince?: number;
  readonly node?: string;
  readonly phase?: string;
  readonly ip?: string;
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec?: Partial<Pod['spec']>;
}

/** A Pod with label `app: web`. */
export function pod(name: string, { readySince, node, phase = 'Running', ip, metadata = {}, spec = {} }: PodTraits = {}): Pod {
  const ready = readySince === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: new Date(readySince).toISOString() }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: `uid-${name}`, labels: { app: 'web' }, creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    spec: { containers: [{ name: 'web', image: 'web:v1', ports: [{ name: 'http', containerPort: 8080 }] }], ...(node !== undefined && { nodeName: node }), ...spec },
    status: { phase, conditions: ready, ...(ip !== undefined && { podIP: ip, podIPs: [{ ip }] }) },
  };
}
