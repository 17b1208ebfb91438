import { isDeepStrictEqual } from 'node:util';
import type { EventNote } from '../../../cluster/event-recorder.js';
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { conditionOf, withCondition, type ConditionType } from './conditions.js';

/** What the controller sees of one Deployment. */
export interface ObservedDeployment {
  readonly deployment: Deployment;
  /** The ReplicaSets that it controls and selects. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Pods of each of them, by the uid of the ReplicaSet. */
  readonly podsByOwner: ReadonlyMap<string, readonly Pod[]>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** One write; those of a pass are done in order, and the first that fails ends the pass. */
export type DeploymentWrite =
  | { readonly kind: 'create'; readonly replicaSet: ReplicaSet; readonly event?: EventNote }
  | { readonly kind: 'update'; readonly replicaSet: ReplicaSet; readonly event?: EventNote }
  | { readonly kind: 'delete'; readonly replicaSet: ReplicaSet }
  /** Through the status subresource, which also takes annotations. */
  | { readonly kind: 'status'; readonly deployment: Deployment };

/** The state of one pass: what was observed, as the writes so far will have left it. */
export class DeploymentPass {
  deployment: Deployment;
  replicaSets: readonly ReplicaSet[];
  readonly podsByOwner: ObservedDeployment['podsByOwner'];
  readonly now: number;
  readonly writes: DeploymentWrite[] = [];
  /** Milliseconds until the Deployment is to be looked at again although nothing changed. */
  lookAgainAfter: number | undefined;

  constructor(observed: ObservedDeployment) {
    this.deployment = observed.deployment;
    this.replicaSets = observed.replicaSets;
    this.podsByOwner = observed.podsByOwner;
    this.now = observed.now;
  }

  create(replicaSet: ReplicaSet, event?: EventNote): void {
    this.replicaSets = [...this.replicaSets, replicaSet];
    this.writes.push({ kind: 'create', replicaSet, ...(event && { event }) });
  }

  update(replicaSet: ReplicaSet, event?: EventNote): void {
    this.replicaSets = this.replicaSets.map((each) => (each.metadata.name === replicaSet.metadata.name ? replicaSet : each));
    this.writes.push({ kind: 'update', replicaSet, ...(event && { event }) });
  }

  delete(replicaSet: ReplicaSet): void {
    this.writes.push({ kind: 'delete', replicaSet });
  }

  condition(type: ConditionType): DeploymentCondition | undefined {
    return conditionOf(this.deployment.status, type);
  }

  /** @returns false when nothing would change, and nothing is written */
  writeStatus(status: DeploymentStatus, annotations = this.deployment.metadata.annotations): boolean {
    const { status: former, metadata } = this.deployment;
    if (isDeepStrictEqual(status, former ?? {}) && isDeepStrictEqual(annotations, metadata.annotations)) return false;
    this.deployment = { ...this.deployment, metadata: annotations ? { ...metadata, annotations } : metadata, status };
    this.writes.push({ kind: 'status', deployment: this.deployment });
    return true;
  }

  /** Writes one condition, and annotations with it, leaving the rest of the status. */
  writeCondition(condition: DeploymentCondition | undefined, annotations = this.deployment.metadata.annotations): boolean {
    const status = this.deployment.status ?? {};
    return this.writeStatus(condition ? { ...status, conditions: withCondition(status.conditions ?? [], condition) } : status, annotations);
  }
}
