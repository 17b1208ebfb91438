import type { FieldError } from '../../../../kubernetes/field-error.js';
import { invalidField } from '../../../../kubernetes/field-errors.js';
import { nonNegative } from '../field-checks.js';

type Counts = Readonly<Record<string, unknown>> | undefined;

const ABOVE_ALL = 'cannot be greater than status.replicas';

/** What is wrong with the counts of a workload's status: none is negative, and none exceeds what it is a part of. */
export function statusErrors(status: object | undefined, counts: readonly string[], parts: readonly string[]): FieldError[] {
  const count = (name: string): number => numberOf(status as Counts, name) ?? 0;
  const field = (name: string): string => `status.${name}`;
  return [
    ...counts.flatMap((name) => nonNegative(field(name), numberOf(status as Counts, name))),
    ...parts.flatMap((name) => (count(name) > count('replicas') ? [invalidField(field(name), count(name), ABOVE_ALL)] : [])),
    ...(count('availableReplicas') > count('readyReplicas')
      ? [invalidField(field('availableReplicas'), count('availableReplicas'), 'cannot be greater than readyReplicas')]
      : []),
  ];
}

/** A count of hash collisions never falls. */
export function collisionErrors(status: { collisionCount?: number } | undefined, before: { collisionCount?: number } | undefined): FieldError[] {
  const now = status?.collisionCount ?? 0;
  return now < (before?.collisionCount ?? 0) ? [invalidField('status.collisionCount', now, 'cannot be decremented')] : [];
}

function numberOf(status: Counts, name: string): number | undefined {
  const value = status?.[name];
  return typeof value === 'number' ? value : undefined;
}
