import { consentWanted } from '../engine/analysis-steps.js';
import { BEGINNING } from '../engine/approving.js';
import { consentToBegin } from '../engine/beginning.js';
import { hasBegun } from '../model/beginning.js';
import { stepOf, type WantedConsent } from '../model/plan.js';
import type { Release } from '../model/release.js';

/** Something of a release that asks people, or may. */
export interface Asking {
  /** Whom, and how many. */
  readonly step: WantedConsent;
  /** From 0; `BEGINNING` before it begins. */
  readonly index: number;
  readonly kind: 'beginning' | 'approve' | 'analyze' | 'again';
  /** The release waits for it now. */
  readonly waits: boolean;
  /** An analysis that asks only if it is undecided after its time, and has not asked yet. */
  readonly mayYet: boolean;
}

/** Whether a release may still be kept from beginning. The first version of a program runs already. */
export const isUnbegun = ({ status, spec }: Release): boolean => spec.first !== true && (status === undefined || !hasBegun(status));

/** Everything from here on that asks people, in order. */
export function askingOf(release: Release): Asking[] {
  const { spec, status } = release;
  const present = status?.step.index ?? 0;
  const unbegun = isUnbegun(release);
  const again = askedAgain(release);
  const first = unbegun ? consentToBegin(spec) : undefined;
  const steps = spec.plan.steps.flatMap((planned, index): Asking[] => {
    const wanted = index < present ? undefined : consentWanted(spec, stepOf(planned));
    if (!wanted) return [];
    const kind = planned.kind === 'analyze' ? 'analyze' : 'approve';
    const here = index === present && !unbegun;
    const asked = kind === 'approve' || status?.step.askedAt !== undefined;
    return [{ step: wanted, index, kind, waits: here && asked && status?.phase === 'Progressing', mayYet: kind === 'analyze' && !(here && asked) }];
  });
  return [...(again ? [again] : []), ...(first ? [{ step: first, index: BEGINNING, kind: 'beginning' as const, waits: status?.held === undefined || status.held.for === 'approval', mayYet: false }] : []), ...steps];
}

/** What is behind, and asked for again: Pods run another digest than was approved. */
function askedAgain({ spec, status }: Release): Asking | undefined {
  if (!status?.asksAgain) return undefined;
  const index = status.asksAgain.step - 1;
  const planned = spec.plan.steps[index];
  const wanted = index === BEGINNING ? consentToBegin(spec) : planned && consentWanted(spec, stepOf(planned));
  return wanted && { step: wanted, index, kind: 'again', waits: true, mayYet: false };
}

/** `step 3`, or `the beginning`. */
export const nameOfStep = (index: number): string => (index === BEGINNING ? 'the beginning' : `step ${index + 1}`);
