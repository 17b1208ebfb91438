import { Type, type Static } from 'typebox';
import { AnyValue } from '../../schema/typebox.js';
import { CountOrPercent, exactlyOne } from './fields.js';
import { PauseSchema, oneDecimal } from './steps.js';

/** How far a batch goes, where that is all there is to say of it. */
export const BatchSizeSchema = CountOrPercent('Pods of the new version so far, as a count or in per cent of the replicas.');

const size = exactlyOne(['pods', 'part'], 'say how far the batch goes: pods or part');

/** A batch with more to it than its size. */
export const BatchStepSchema = Type.Object(
  {
    pods: Type.Optional(Type.Integer({ minimum: 1, description: 'Pods of the new version so far, as a count.' })),
    part: Type.Optional(Type.String({ pattern: '^[0-9]+(\\.[0-9])?%$', maxLength: 8, description: 'Pods of the new version so far, in per cent of the replicas.' })),
    weight: Type.Optional(Type.Number({ minimum: 0, maximum: 100, description: "The new version's share once these Pods are ready, in per cent; at most one decimal. The part that its Pods are when absent." })),
    pause: Type.Optional(PauseSchema),
  },
  { description: 'Pods of the new version so far, as pods or part; their share (weight); a pause behind it.', 'x-kubernetes-validations': [...size['x-kubernetes-validations'], oneDecimal('weight')] },
);
export type BatchStep = Static<typeof BatchStepSchema>;

/** One batch of a rolling release. */
export type Batch = number | string | BatchStep;

/** Which of both a batch is no structural schema can say, so `validatePolicy` holds each against its own. */
export const BatchSchema = AnyValue<Batch>({
  description: 'Pods of the new version so far, as a count or in per cent of the replicas: 3, 20%. Or with more to it: pods (3) or part (20%), weight (the share in per cent), pause ({} or {for: 5m}).',
});

/** A batch as an object, however it is written. */
export function batchStep(batch: Batch): BatchStep {
  if (typeof batch === 'object') return batch;
  return typeof batch === 'number' ? { pods: batch } : { part: batch };
}
