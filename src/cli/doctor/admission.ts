import { isRecord } from '../../kubernetes/json.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { pausingBinding, pausingPolicy } from '../../model/admission.js';
import { approvalBinding, approvalPolicy } from '../../model/approval-admission.js';
import { toldBinding, toldPolicy } from '../../model/told-admission.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { compilePolicy } from '../../strategies/compile.js';
import { seen, type ClusterFacts, type Seen } from './facts.js';
import { findingsOf, type Finding } from './finding.js';

/** What the API server itself sees to, and what is lost without. */
export function checkAdmission(facts: Pick<ClusterFacts, 'mutatingPolicies' | 'mutatingBindings' | 'validatingPolicies' | 'validatingBindings' | 'policies'>): Finding[] {
  const { ok, warn, fail } = findingsOf('admission');
  const install = 'serin install puts it there.';
  const approvals = stateOf([facts.validatingPolicies, approvalPolicy], [facts.validatingBindings, approvalBinding]);
  const asking = seen(facts.policies).filter((policy) => asksForApproval(policy) || asksWhenUndecided(policy)).map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`);
  const lost = asking.length > 0 ? `no approval counts, and ${asking.join(', ')} asks for one` : 'no approval counts';
  const noApprovals = (message: string, remedy: string): Finding => (asking.length > 0 ? fail(message, remedy) : warn(message, remedy));
  const told = stateOf([facts.validatingPolicies, toldPolicy], [facts.validatingBindings, toldBinding]);
  const pausing = stateOf([facts.mutatingPolicies, pausingPolicy], [facts.mutatingBindings, pausingBinding]);
  const price = 'Pause a Deployment before its template is changed, or it rolls out by itself; paused, Argo CD shows it as Suspended, and kubectl rollout restart and undo are refused.';
  return [
    approvals === 'there' ? ok('Approvals are bound to their authors.')
    : approvals === 'forbidden' ? warn('You may not see ValidatingAdmissionPolicies.', 'Ask somebody who may whether serin-approvals-are-their-authors and its binding are there.')
    : approvals === 'unserved' ? noApprovals(`This cluster has no ValidatingAdmissionPolicy: ${lost}.`, 'It comes with Kubernetes 1.30.')
    : approvals === 'missing' ? noApprovals(`The admission policy ${approvalPolicy.metadata.name} or its binding is missing: ${lost}.`, install)
    : noApprovals(`The admission policy ${approvalPolicy.metadata.name} or its binding was changed: anybody may speak for anybody.`, install),
    // What else keeps it away is said of approvals.
    ...(told === 'missing' || told === 'changed' ? [warn(`The admission policy ${toldPolicy.metadata.name} or its binding ${told === 'missing' ? 'is missing' : 'was changed'}: who may write a release may name anybody in its record of who told it something.`, install)] : []),
    pausing === 'there' ? ok('A Deployment is paused by the request that changes its template.')
    : pausing === 'forbidden' ? warn('You may not see MutatingAdmissionPolicies.', 'Ask somebody who may whether serin-pause-on-new-version and its binding are there.')
    : pausing === 'unserved' ? warn('This cluster has no MutatingAdmissionPolicy: nothing pauses a Deployment whose template changes.', `It comes with Kubernetes 1.36. ${price}`)
    : pausing === 'missing' ? fail(`The admission policy ${pausingPolicy.metadata.name} or its binding is missing: a changed template rolls out without a release.`, `${install} Until then: ${price}`)
    : fail(`The admission policy ${pausingPolicy.metadata.name} or its binding was changed: a changed template may roll out without a release.`, install),
  ];
}

type State = 'there' | 'changed' | 'missing' | 'unserved' | 'forbidden';

/** Whether policy and binding say all that they are to say; what the API server adds to them counts for nothing. */
function stateOf(...pairs: readonly (readonly [Seen<KubernetesObject>, KubernetesObject])[]): State {
  const states = pairs.map(([objects, wanted]): State => {
    if (typeof objects === 'string') return objects;
    const there = objects.find(({ metadata }) => metadata.name === wanted.metadata.name);
    return !there ? 'missing' : holds(Reflect.get(there, 'spec'), Reflect.get(wanted, 'spec')) ? 'there' : 'changed';
  });
  return (['forbidden', 'unserved', 'missing', 'changed'] as const).find((each) => states.includes(each)) ?? 'there';
}

/** Whether something says at least this. */
function holds(there: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) return Array.isArray(there) && there.length === wanted.length && wanted.every((each, index) => holds(there[index], each));
  if (isRecord(wanted)) return isRecord(there) && Object.entries(wanted).every(([key, value]) => holds(there[key], value));
  return there === wanted;
}

function asksForApproval({ spec }: ReleasePolicy): boolean {
  try {
    // A hotfix keeps every approval, and its plan needs no templates of metrics.
    return compilePolicy(spec, { hotfix: true }).steps.some(({ kind }) => kind === 'approve');
  } catch {
    // One that cannot be compiled is spoken of elsewhere.
    return false;
  }
}

/** Whether an analysis asks a person when it is undecided after its time: by its own word, or by that of the policy for all. */
function asksWhenUndecided({ spec: { strategy, analysis } }: ReleasePolicy): boolean {
  const general = analysis?.undecided?.then === 'ask';
  const placed = analysis?.before !== undefined || analysis?.after !== undefined;
  return (general && placed) || fatesIn(strategy).some((fate) => (fate === undefined ? general : fate === 'ask'));
}

/** What every analysis in a strategy says of its own to come when it is undecided. */
function fatesIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(fatesIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === 'analyze' && isRecord(inner) ? [inner['undecided']] : fatesIn(inner)));
}
