import { Type, type Static } from 'typebox';
import { StringEnum } from '../schema/typebox.js';
import { WHOLE } from './split.js';

/** The kinds of steps that the engine knows. */
export const stepKinds = ['weight', 'pause', 'analyze', 'promote'] as const;
export type StepKind = (typeof stepKinds)[number];

/** One step of a plan as it is kept in a release; which fields count depends on `kind` (see `Step`). */
export const PlanStepSchema = Type.Object(
  {
    kind: StringEnum(stepKinds, { description: 'What the step does.' }),
    share: Type.Optional(Type.Integer({ minimum: 0, maximum: WHOLE, description: "weight: the canary's share in per mille." })),
    milliseconds: Type.Optional(Type.Integer({ minimum: 0, description: 'pause, analyze: how long; a pause without it lasts until someone goes on.' })),
    minimumRequests: Type.Optional(Type.Integer({ minimum: 0, description: 'analyze: the canary requests that must be on record.' })),
  },
  { description: 'One thing a release does.' },
);

/** How many Pods a share needs: its part of the replicas, or the number whose ratio to stable's is the share. */
export const sizings = ['part', 'ratio'] as const;
export type Sizing = (typeof sizings)[number];

export const PlanSchema = Type.Object(
  {
    steps: Type.Array(PlanStepSchema, { minItems: 1, maxItems: 100 }),
    sizing: StringEnum(sizings, { description: 'How Pod counts follow shares.' }),
    readyTimeoutMilliseconds: Type.Integer({ minimum: 1, description: 'How long canary Pods may take to become ready.' }),
    drainMilliseconds: Type.Integer({ minimum: 0, description: 'How long Pods without new traffic are kept for the requests they still serve.' }),
    judge: Type.Object({
      maximumErrorRateIncrease: Type.Number({ minimum: 0, maximum: 1, description: "By how much the canary's part of failed requests may exceed stable's." }),
      minimumRequests: Type.Integer({ minimum: 1, description: 'Canary requests before they may speak against it.' }),
    }),
  },
  { description: 'What a release does, step by step. Immutable.' },
);
export type Plan = Static<typeof PlanSchema>;
export type PlanStep = Static<typeof PlanStepSchema>;

/** A step with the fields of its kind. */
export type Step =
  | { readonly kind: 'weight'; readonly share: number }
  | { readonly kind: 'pause'; readonly milliseconds: number | undefined }
  | { readonly kind: 'analyze'; readonly milliseconds: number; readonly minimumRequests: number }
  | { readonly kind: 'promote' };

/** Reads a kept step as one of its kind. */
export function stepOf(step: PlanStep): Step {
  switch (step.kind) {
    case 'weight':
      return { kind: 'weight', share: step.share ?? 0 };
    case 'pause':
      return { kind: 'pause', milliseconds: step.milliseconds };
    case 'analyze':
      return { kind: 'analyze', milliseconds: step.milliseconds ?? 0, minimumRequests: step.minimumRequests ?? 0 };
    case 'promote':
      return { kind: 'promote' };
  }
}
