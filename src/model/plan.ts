import { Type, type Static } from 'typebox';
import type { JobTemplateSpec } from '../kubernetes/generated/batch-v1.js';
import { AnyObject, StringEnum } from '../schema/typebox.js';
import { MatchSchema, MirroredRequestsSchema, type Match, type MirroredRequests } from './match.js';
import { PlannedAnalysisSchema, undecidedFates, type UndecidedFate } from './policy/analysis.js';
import { plannedConsentFields } from './planned-consent.js';
import type { UnansweredFate } from './policy/consent.js';
import { PreviewSchema } from './preview.js';
import { WHOLE } from './split.js';

/** The kinds of steps that the engine knows. */
export const stepKinds = ['weight', 'route', 'mirror', 'scale', 'batch', 'pause', 'analyze', 'job', 'gate', 'approve', 'promote'] as const;
export type StepKind = (typeof stepKinds)[number];

const perMille = (description: string) => Type.Optional(Type.Integer({ minimum: 0, maximum: WHOLE, description }));

/** One step of a plan as it is kept in a release; which fields count depends on `kind` (see `Step`). */
export const PlanStepSchema = Type.Object(
  {
    kind: StringEnum(stepKinds, { description: 'What the step does.' }),
    share: perMille("weight: the canary's share in per mille. batch: the same, where it is not the part that its Pods are. mirror: the part of the requests that is copied."),
    matches: Type.Optional(Type.Array(MatchSchema, { maxItems: 64, description: 'route: requests that go to the canary from here on, beside its share.' })),
    mirrors: Type.Optional(Type.Array(MirroredRequestsSchema, { maxItems: 16, description: 'mirror: only these requests, in place of a part of all.' })),
    pods: Type.Optional(Type.Integer({ minimum: 0, description: 'scale, batch: canary Pods from here on.' })),
    part: perMille('scale, batch: canary Pods as a part of the replicas, in per mille.'),
    milliseconds: Type.Optional(Type.Integer({ minimum: 0, description: 'pause: how long; until someone goes on when absent. analyze: how long at most; as the analysis says when absent. job, gate: how long it may take. approve: how long people may take; without an end when absent.' })),
    minimumRequests: Type.Optional(Type.Integer({ minimum: 0, description: 'analyze: canary requests in this step without which it holds in place of promote; as the analysis says, of the whole release, when absent.' })),
    metrics: Type.Optional(Type.Array(Type.String(), { maxItems: 16, description: 'analyze: the metrics that must pass; those of the whole release when absent.' })),
    undecided: Type.Optional(StringEnum(undecidedFates, { description: 'analyze: what comes when it is undecided after its time; as the analysis says when absent.' })),
    job: Type.Optional(AnyObject<JobTemplateSpec>({ description: 'job: the template of the Job.' })),
    url: Type.Optional(Type.String({ maxLength: 2048, description: 'gate: where the release is posted to.' })),
    intervalMilliseconds: Type.Optional(Type.Integer({ minimum: 1, description: 'gate: how long to wait before asking again.' })),
    approvals: Type.Optional(Type.Integer({ minimum: 1, description: 'approve: how many people.' })),
    users: Type.Optional(Type.Array(Type.String(), { maxItems: 64, description: 'approve: who may, by name.' })),
    groups: Type.Optional(Type.Array(Type.String(), { maxItems: 64, description: 'approve: who may, by group.' })),
    ...plannedConsentFields,
  },
  { description: 'One thing a release does.' },
);

/**
 * How many Pods a share needs: its part of the replicas; the number whose ratio to stable's is the share; all of them,
 * whatever the share; or as many as a batch says, in place of stable's.
 */
export const sizings = ['part', 'ratio', 'full', 'batch'] as const;
export type Sizing = (typeof sizings)[number];

const Allowance = (description: string) => Type.Object({ pods: Type.Optional(Type.Integer({ minimum: 0 })), part: perMille('Of the replicas, in per mille.') }, { description });

export const PlanSchema = Type.Object(
  {
    steps: Type.Array(PlanStepSchema, { minItems: 1, maxItems: 100 }),
    sizing: StringEnum(sizings, { description: 'How Pod counts follow shares.' }),
    countsPods: Type.Optional(Type.Boolean({ description: 'Sizing by batch: shares are no more than Pod counts.' })),
    surge: Type.Optional(Allowance('Sizing by batch: Pods beyond the replicas.')),
    unavailable: Type.Optional(Allowance('Sizing by batch: Pods that may be missing. A count beside a part counts where the part is less than a Pod and none may be beyond the replicas.')),
    previewPods: Type.Optional(Type.Integer({ minimum: 1, description: 'Full sizing: canary Pods before the first share.' })),
    minimumPods: Type.Optional(Type.Integer({ minimum: 0, description: 'Pods of each version while it has a share, at least; no more than the replicas. With 0 the canary has none before its first share.' })),
    readyThreshold: Type.Optional(Allowance('How many of the canary Pods that were asked for have to be ready; all when absent.')),
    crashes: Type.Optional(StringEnum(['Wait'] as const, { description: 'Crashing Pods do not end the release.' })),
    keepsStable: Type.Optional(Type.Boolean({ description: 'The old version is left to run at the end.' })),
    leaves: Type.Optional(Type.Boolean({ description: 'The version that is left behind is not sized any more once it has no traffic: the old one at the end, the canary after an abort. While replicas are 0 the release goes on without Pods.' })),
    preview: Type.Optional(PreviewSchema),
    sticky: Type.Optional(Type.Object({ cookie: Type.String(), maxAgeSeconds: Type.Integer({ minimum: 1 }) }, { description: 'How users stay with the version that they met.' })),
    readyTimeoutMilliseconds: Type.Integer({ minimum: 1, description: 'How long canary Pods may take to become ready.' }),
    drainMilliseconds: Type.Integer({ minimum: 0, description: 'How long Pods without new traffic are kept for the requests they still serve.' }),
    analysis: Type.Optional(PlannedAnalysisSchema),
  },
  { description: 'What a release does, step by step. Immutable.' },
);
export type Plan = Static<typeof PlanSchema>;
export type PlanStep = Static<typeof PlanStepSchema>;

/** A number of Pods, or a part of the replicas in per mille. */
export interface PodAmount {
  readonly pods?: number;
  readonly part?: number;
}

/** Whose consent is wanted, how long they may take, and what comes then. */
export interface WantedConsent {
  readonly approvals: number;
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly notAuthor?: boolean | undefined;
  readonly milliseconds?: number | undefined;
  readonly otherwise?: UnansweredFate | undefined;
}

/** A step with the fields of its kind. */
export type Step =
  | { readonly kind: 'weight'; readonly share: number }
  | { readonly kind: 'route'; readonly matches: readonly Match[] }
  /** A part of all requests, or only some of them. */
  | { readonly kind: 'mirror'; readonly share: number; readonly mirrors?: readonly MirroredRequests[] | undefined }
  /** An amount of neither kind: as many as the weight needs again. */
  | { readonly kind: 'scale'; readonly amount: PodAmount }
  /** The share comes with the Pods; the part that they are where it says none. */
  | { readonly kind: 'batch'; readonly amount: PodAmount; readonly share: number | undefined }
  | { readonly kind: 'pause'; readonly milliseconds: number | undefined }
  | { readonly kind: 'analyze'; readonly milliseconds: number | undefined; readonly minimumRequests: number | undefined; readonly metrics?: readonly string[] | undefined; readonly undecided?: UndecidedFate | undefined }
  | { readonly kind: 'job'; readonly template: JobTemplateSpec; readonly milliseconds: number }
  | { readonly kind: 'gate'; readonly url: string; readonly milliseconds: number; readonly intervalMilliseconds: number }
  | ({ readonly kind: 'approve' } & WantedConsent)
  | { readonly kind: 'promote' };

/** Reads a kept step as one of its kind. */
export function stepOf(step: PlanStep): Step {
  const { kind, share = 0, milliseconds } = step;
  switch (kind) {
    case 'weight':
      return { kind, share };
    case 'mirror':
      return { kind, share, mirrors: step.mirrors };
    case 'route':
      return { kind, matches: step.matches ?? [] };
    case 'scale':
      return { kind, amount: amountOf(step) };
    case 'batch':
      return { kind, amount: amountOf(step), share: step.share };
    case 'pause':
      return { kind, milliseconds };
    case 'analyze':
      return { kind, milliseconds, minimumRequests: step.minimumRequests, metrics: step.metrics, undecided: step.undecided };
    case 'job':
      return { kind, template: step.job ?? {}, milliseconds: milliseconds ?? 600_000 };
    case 'gate':
      return { kind, url: step.url ?? '', milliseconds: milliseconds ?? 3_600_000, intervalMilliseconds: step.intervalMilliseconds ?? 10_000 };
    case 'approve':
      return { kind, approvals: step.approvals ?? 1, users: step.users ?? [], groups: step.groups ?? [], notAuthor: step.notAuthor, milliseconds, otherwise: step.otherwise };
    case 'promote':
      return { kind };
  }
}

const amountOf = ({ pods, part }: PlanStep): PodAmount => (pods !== undefined ? { pods } : part !== undefined ? { part } : {});
