import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Pod, PodTemplateSpec } from '../../../kubernetes/generated/core-v1.js';
import type { ObjectMeta } from '../../../kubernetes/generated/meta-v1.js';
import { deepEqual, isRecord } from '../../../kubernetes/json.js';
import { isControlledBy } from '../../../kubernetes/owners.js';
import { createMergePatch } from '../../../kubernetes/patch/merge-patch.js';
import type { Rollout } from '../kinds/rollout.js';
import type { CanaryStrategy } from '../kinds/strategies.js';
import { EPHEMERAL_METADATA, hashOfReplicaSet } from './labels.js';

/** Labels and annotations that Pods have for as long as they have a role. */
export type EphemeralMetadata = NonNullable<CanaryStrategy['canaryMetadata']>;

type Texts = Record<string, string>;
interface Metadata {
  readonly labels?: Texts;
  readonly annotations?: Texts;
}

/** What the Pods of a version carry for their role: stable's, the newest version's, or nothing. @param hash of the version @param newest that of the newest one */
export function metadataOfRole({ spec, status }: Rollout, hash: string, newest: string): EphemeralMetadata | undefined {
  const { canary, blueGreen } = spec.strategy ?? {};
  const stable = status?.stableRS ?? '';
  if (hash === stable || (stable === '' && hash === newest)) return canary?.stableMetadata ?? blueGreen?.activeMetadata;
  return hash === newest ? (canary?.canaryMetadata ?? blueGreen?.previewMetadata) : undefined;
}

/** What was put on the Pods of a ReplicaSet for their role; undefined for nothing. */
export function recordedMetadata({ metadata }: Pick<ReplicaSet, 'metadata'>): EphemeralMetadata | undefined {
  const text = metadata.annotations?.[EPHEMERAL_METADATA];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) return undefined;
    const { labels, annotations } = value;
    return { ...(isTexts(labels) ? { labels } : {}), ...(isTexts(annotations) ? { annotations } : {}) };
  } catch {
    return undefined;
  }
}

const isTexts = (value: unknown): value is Texts => isRecord(value) && Object.values(value).every((each) => typeof each === 'string');

/**
 * Metadata with what a role brings in place of what the role before brought. Nothing else is touched.
 * @param own what the template itself says, which shows again where a role covered it
 * @param kept labels that selectors rely on, which no role may cover
 */
export function inRole<M extends Metadata>(metadata: M, before: EphemeralMetadata | undefined, wanted: EphemeralMetadata | undefined, own: Metadata = {}, kept: readonly string[] = []): M {
  const labels = texts(metadata.labels, before?.labels, without(wanted?.labels, kept), own.labels, kept);
  const annotations = texts(metadata.annotations, before?.annotations, wanted?.annotations, own.annotations, []);
  const { labels: _labels, annotations: _annotations, ...rest } = metadata;
  // Only these two are other than before.
  return { ...rest, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) } as M;
}

function texts(present: Texts | undefined, before: Texts = {}, wanted: Texts = {}, own: Texts = {}, kept: readonly string[]): Texts | undefined {
  const result = { ...present };
  for (const key of Object.keys(before)) {
    if (key in wanted || kept.includes(key)) continue;
    const covered = own[key];
    if (covered === undefined) delete result[key];
    else result[key] = covered;
  }
  Object.assign(result, wanted);
  return Object.keys(result).length === 0 && present === undefined ? undefined : result;
}

const without = (given: Texts = {}, keys: readonly string[]): Texts => Object.fromEntries(Object.entries(given).filter(([key]) => !keys.includes(key)));

/** Labels that a ReplicaSet selects its Pods by. */
export const selectedBy = ({ spec }: Pick<ReplicaSet, 'spec'>): string[] => [...Object.keys(spec.selector.matchLabels ?? {}), ...(spec.selector.matchExpressions ?? []).map(({ key }) => key)];

/**
 * A ReplicaSet whose Pods have these labels and annotations for their role, and nothing of a role before.
 * @param own what the template itself says
 * @param still what some Pods may carry yet: it stays on record until it was taken off them
 */
export function replicaSetInRole(replicaSet: ReplicaSet, wanted: EphemeralMetadata | undefined, own: Metadata = {}, still?: EphemeralMetadata): ReplicaSet {
  const before = recordedMetadata(replicaSet);
  const { template } = replicaSet.spec;
  if ((!before && isEmpty(wanted)) || !template?.metadata) return replicaSet;
  const { [EPHEMERAL_METADATA]: text, ...annotations } = replicaSet.metadata.annotations ?? {};
  const recorded = both(still, wanted);
  const record = isEmpty(recorded) ? undefined : deepEqual(recorded, before) ? text : JSON.stringify(recorded);
  return {
    ...replicaSet,
    metadata: { ...replicaSet.metadata, annotations: record === undefined ? annotations : { ...annotations, [EPHEMERAL_METADATA]: record } },
    spec: { ...replicaSet.spec, template: { ...template, metadata: inRole(template.metadata, before, wanted, own, selectedBy(replicaSet)) } },
  };
}

const isEmpty = (metadata: EphemeralMetadata | undefined): boolean => Object.keys(metadata?.labels ?? {}).length + Object.keys(metadata?.annotations ?? {}).length === 0;

function both(a: EphemeralMetadata = {}, b: EphemeralMetadata = {}): EphemeralMetadata {
  const labels = { ...a.labels, ...b.labels };
  const annotations = { ...a.annotations, ...b.annotations };
  return { ...(Object.keys(labels).length === 0 ? {} : { labels }), ...(Object.keys(annotations).length === 0 ? {} : { annotations }) };
}

/** A merge patch for an object with this name. */
export interface NamedPatch {
  readonly name: string;
  readonly patch: unknown;
}

/** Whose Pods are looked at. */
export interface VersionsInRoles {
  /** Those of the Rollout. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Those of the ReplicaSets. */
  readonly pods: readonly Pod[];
  /** The hash of the newest version. */
  readonly newest: string;
  /** The template of the newest version. */
  readonly template?: PodTemplateSpec | undefined;
}

/**
 * What is to be written so that every Pod carries what its role asks for: the templates of ReplicaSets first, so that new Pods
 * are right, then the Pods. What a role before brought stays on record at the ReplicaSet until no Pod carries it, so that a
 * controller that ends in between leaves nothing behind.
 */
export function metadataPatches(rollout: Rollout, { replicaSets, pods, newest, template }: VersionsInRoles): { readonly replicaSets: NamedPatch[]; readonly pods: NamedPatch[] } {
  const result = { replicaSets: [] as NamedPatch[], pods: [] as NamedPatch[] };
  for (const replicaSet of replicaSets) {
    const before = recordedMetadata(replicaSet);
    const hash = hashOfReplicaSet(replicaSet);
    const wanted = metadataOfRole(rollout, hash, newest);
    if (!before && isEmpty(wanted)) continue;
    const own = hash === newest ? template?.metadata : undefined;
    const theirs = pods.filter((pod) => isControlledBy(pod, replicaSet) && pod.metadata.deletionTimestamp === undefined);
    const ofPods = theirs.flatMap(({ metadata }) => patchOf(metadata, inRole(metadata, before, wanted, own, selectedBy(replicaSet))));
    const patch = createMergePatch(replicaSet, replicaSetInRole(replicaSet, wanted, own, ofPods.length > 0 ? before : undefined));
    if (patch !== undefined) result.replicaSets.push({ name: replicaSet.metadata.name, patch });
    result.pods.push(...ofPods);
  }
  return result;
}

function patchOf(before: ObjectMeta, after: ObjectMeta): NamedPatch[] {
  const patch = createMergePatch(before, after);
  return patch === undefined ? [] : [{ name: before.name, patch: { metadata: patch } }];
}
