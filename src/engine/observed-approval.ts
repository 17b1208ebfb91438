import type { Approval } from '../model/approval.js';
import type { ApprovalObservation } from './observation.js';

/** An Approval in the words of the engine. */
export function observedApproval({ spec, metadata }: Pick<Approval, 'spec' | 'metadata'>): ApprovalObservation {
  const { user, groups = [], step, approved, comment = '', freezeWindow, seen, via } = spec;
  return { user, groups, step: step - 1, approved, comment, freezeWindow, seen, via, at: metadata.creationTimestamp === undefined ? undefined : Date.parse(metadata.creationTimestamp) };
}
