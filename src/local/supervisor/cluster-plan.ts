import { readFile } from 'node:fs/promises';
import { isRecord } from '../../kubernetes/json.js';
import type { ProcessIdentity } from '../processes/process-identity.js';
import type { Part } from './parts.js';
import { writeWhole } from './whole-file.js';

/** What a cluster is made of; written by `startCluster`, read by its supervisor. */
export interface ClusterPlan {
  readonly name: string;
  readonly parts: readonly Part[];
  readonly apiPort: PortWish;
  readonly ingressPort: PortWish;
  /** The process without which the cluster is of no use: it stops, and its folder goes, when that has ended. */
  readonly owner?: ProcessIdentity;
}

/** A port that was asked for must be free; one that was only used before may be another next time. */
export interface PortWish {
  /** 0: any */
  readonly port: number;
  readonly required: boolean;
}

/** Puts the plan in the place of the one before, whole. */
export function writePlan(file: string, plan: ClusterPlan): Promise<void> {
  return writeWhole(file, JSON.stringify(plan, undefined, 2), 0o600);
}

/** @returns undefined when there is none, or none that can be read */
export async function readPlan(file: string): Promise<ClusterPlan | undefined> {
  try {
    const plan: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isPlan(plan) ? plan : undefined;
  } catch {
    return undefined;
  }
}

function isPlan(value: unknown): value is ClusterPlan {
  return isRecord(value) && typeof value['name'] === 'string' && Array.isArray(value['parts']) && isRecord(value['apiPort']) && isRecord(value['ingressPort']);
}
