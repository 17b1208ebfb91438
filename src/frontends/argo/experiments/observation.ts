import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Service } from '../../../kubernetes/generated/core-v1.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import type { AnalysisRun } from '../kinds/analysis.js';
import type { ExperimentStatus } from '../kinds/experiment.js';
import type { KnownObjects } from '../checks/known-objects.js';

/** What there is around an Experiment. */
export interface ExperimentObservation {
  /** Of the namespace; those that are not the Experiment's matter where they have a name that it needs. */
  readonly replicaSets: readonly ReplicaSet[];
  readonly services: readonly Service[];
  readonly analysisRuns: readonly AnalysisRun[];
  /** Templates of metrics. */
  readonly known: Pick<KnownObjects, 'analysisTemplates' | 'clusterAnalysisTemplates'>;
  /** What the API server said to objects that it did not take, by `refusalKey`. */
  readonly refused?: ReadonlyMap<string, string>;
  readonly otherController?: string | undefined;
}

/** By which a refusal of the API server is found again. */
export const refusalKey = ({ kind, metadata }: KubernetesObject): string => `${kind}/${metadata.name}`;

export interface ExperimentEvent {
  readonly reason: string;
  readonly text: string;
  readonly type: 'Normal' | 'Warning';
}

/** What is to be done about an Experiment: the status first, then the rest in the order of the fields. */
export interface ExperimentDecision {
  readonly status: ExperimentStatus;
  readonly create: readonly KubernetesObject[];
  readonly sizes: readonly { readonly replicaSet: string; readonly replicas: number }[];
  /** Merge patches. */
  readonly annotate: readonly { readonly resource: Resource<KubernetesObject>; readonly name: string; readonly patch: unknown }[];
  readonly remove: readonly { readonly resource: Resource<KubernetesObject>; readonly name: string }[];
  readonly events: readonly ExperimentEvent[];
  /** Milliseconds since the epoch. */
  readonly lookAgainAt: number | undefined;
}

/** The same, of one part of an Experiment. */
export type PartialDecision = Omit<ExperimentDecision, 'status'>;

const NOTHING: PartialDecision = { create: [], sizes: [], annotate: [], remove: [], events: [], lookAgainAt: undefined };

/** Decisions on parts as one. */
export function together(parts: readonly Partial<PartialDecision>[]): PartialDecision {
  return parts.reduce<PartialDecision>(
    (sum, part) => ({
      create: [...sum.create, ...(part.create ?? [])],
      sizes: [...sum.sizes, ...(part.sizes ?? [])],
      annotate: [...sum.annotate, ...(part.annotate ?? [])],
      remove: [...sum.remove, ...(part.remove ?? [])],
      events: [...sum.events, ...(part.events ?? [])],
      lookAgainAt: earliest([sum.lookAgainAt, part.lookAgainAt]),
    }),
    NOTHING,
  );
}

/** The earliest of some times. */
export function earliest(times: readonly (number | undefined)[]): number | undefined {
  const given = times.filter((time) => time !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}
