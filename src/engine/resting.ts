import type { Message } from '../model/messages.js';
import type { Standing } from '../model/policy-conditions.js';
import { hasEnded, type Release } from '../model/release.js';
import type { VersionKind } from '../model/policy/workload.js';
import type { PolicyPhase, PolicyStatus, ReleasePolicy } from '../model/release-policy.js';
import type { Holder } from '../model/release.js';
import type { Pausing, ReplicaSetObservation } from './observation.js';

/** A version as the policy sees it. */
export interface VersionObservation extends ReplicaSetObservation {
  readonly hash: string;
  /** Whether its template is the one that the workload asks for. */
  readonly wanted: boolean;
}

export interface RestingWorkload {
  readonly kind: 'Deployment' | 'Inline' | 'Versions';
  /** Versions: what runs them; a Deployment when absent. */
  readonly runBy?: VersionKind | undefined;
  readonly name: string;
  readonly replicas: number;
  readonly paused: boolean;
  /** `OnChange` when absent. */
  readonly pausing?: Pausing | undefined;
  readonly observed: boolean;
  readonly rolledOut: boolean;
  /** Versions: the one that is stable to begin with. */
  readonly first?: { readonly hash: string; readonly replicaSet: string } | undefined;
  /** Names the version that the workload asks for, and the ReplicaSet that runs it or would. */
  readonly wanted: { readonly hash: string; readonly replicaSet: string };
}

/** What is known while no release moves. */
export interface RestingObservation {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly policyDeleted: boolean;
  readonly workload: RestingWorkload | undefined;
  readonly versions: readonly VersionObservation[];
  /** The release that the status names, when it still exists. */
  readonly release: Release | undefined;
  /** The release that somebody asks to try again. */
  readonly retry?: string | undefined;
  /** Whether a release may start now, or what it waits for. */
  readonly place?: { readonly free: boolean; readonly text: string };
  /** Why the policy cannot be run as it is; not looked at while a release moves. */
  readonly problems: readonly string[];
}

/** What a policy at rest is to bring about. */
export interface RestingDecision {
  readonly status: PolicyStatus;
  readonly happened: readonly Message[];
  /** Whether the workload carries the policy's label, so that a change of its template pauses it. */
  readonly labelled: boolean;
  /** Undefined: left as it is. */
  readonly paused: boolean | undefined;
  /** Who is to hold every ReplicaSet but stable; undefined: left as it is. */
  readonly othersHeldBy: Exclude<Holder, 'release'> | undefined;
  /**
   * ReplicaSets that go: twins of stable without Pods, one of which the workload would take for its newest, twins of what the
   * workload rolled out itself, and what is held of a workload that is gone.
   */
  readonly discarded: readonly string[];
  /** Borrowed ReplicaSets that nobody controls any more, which go home unless somebody is to hold them. */
  readonly returned: readonly string[];
  /** Size of the stable version, where the policy says it: it runs an inline workload itself, and may size versions of users. */
  readonly stableSize: number | undefined;
  readonly start: { readonly name: string; readonly stable: Release['spec']['stable']; readonly canary: Release['spec']['canary']; readonly first?: true } | undefined;
  /** Whether the policy holds nothing any more and may go. */
  readonly released: boolean;
  readonly standing: Standing;
}

type Parts = Partial<Omit<RestingDecision, 'status'>>;

/** From what is known to what a policy is to do while no release of it moves. Pure. */
export function rest(policy: ReleasePolicy, observation: RestingObservation): RestingDecision {
  const { workload, release } = observation;
  const status = learn(policy.status ?? {}, release);
  const lost = workload?.kind === 'Deployment' ? observation.versions.filter(({ holder }) => holder === 'nobody') : [];
  // Of two of one template the Deployment would take the older one, and all Pods would start anew.
  const twins = lost.filter(({ wanted }) => wanted && observation.versions.some((other) => other.wanted && other.holder === 'home'));
  const replaced = twins.filter((twin) => isEmpty(twin) || workload?.rolledOut === true).map(({ name }) => name);
  const decide: Decide = (phase, text, parts = {}, change = {}) => ({
    status: { ...without(change.stable || phase === 'Resting' ? without(status, 'rejected') : status, 'queuedAt'), ...change, phase, message: text, ...(policy.metadata.generation === undefined ? {} : { observedGeneration: policy.metadata.generation }) },
    happened: [],
    labelled: true,
    paused: undefined,
    othersHeldBy: undefined,
    discarded: replaced,
    // While something is wrong, routes may still lead to any of them.
    returned: phase === 'Refused' || phase === 'Releasing' ? [] : returning(lost.filter((version) => !twins.includes(version)), observation.versions, status.stable?.replicaSet),
    stableSize: undefined,
    start: undefined,
    released: false,
    standing: phase === 'Refused' ? 'stuck' : phase === 'Adopting' || phase === 'Releasing' ? 'moving' : 'rests',
    ...parts,
  });
  if (isMoving(release)) return decide('Releasing', underWay(release.metadata.name), { discarded: [] });
  if (observation.policyDeleted) return leave(observation, status, decide);
  const stable = observation.versions.find(({ name }) => name === status.stable?.replicaSet);
  if (observation.problems.length > 0) {
    // One that is not released rolls by itself, as it would without a policy.
    const resumed = stable?.wanted && workload?.pausing === 'AtRest' ? { paused: status.foundPaused ?? false } : {};
    return decide('Refused', observation.problems.join(' '), { labelled: false, ...resumed, ...(workload ? {} : { discarded: emptyOnes(observation.versions) }) });
  }
  if (!workload) return decide('Refused', `${policy.spec.workload.deployment ?? policy.spec.workload.versions?.want ?? 'The version that is wanted'} is gone.`, { labelled: false });
  if (!stable) return adopt(observation, workload, policy, status, decide);
  const sized = workload.kind === 'Inline' || isSizedAtRest(policy) ? { stableSize: workload.replicas } : {};
  if (workload.kind === 'Versions' && workload.wanted.hash === '') {
    const { rejected } = status;
    if (rejected?.replicaSet === workload.wanted.replicaSet) return decide('Holding', `${rejected.replicaSet} was taken back (${rejected.reason}) and is gone; waits for another version.`, { ...sized, standing: 'stuck' });
    return decide('Holding', waitsForPods(workload, workload.wanted.replicaSet), { ...sized, standing: 'moving' });
  }
  if (stable.wanted) {
    const others = observation.versions.filter(({ name }) => name !== stable.name);
    const home = others.every(({ holder }) => holder !== 'policy' && holder !== 'release');
    const discarded = [...new Set([...emptyOnes(others.filter(({ wanted }) => wanted)), ...replaced])];
    // Users may change a version of their own in place.
    const renewed = workload.kind === 'Versions' ? { stable: { replicaSet: stable.name, hash: stable.hash } } : {};
    return decide('Resting', resting(stable.name, workload), { ...sized, othersHeldBy: 'home', discarded, ...(home ? { paused: pausedAtRest(workload, others) } : {}) }, { ...renewed, ...pausingRecord(workload, status) });
  }
  if (!workload.paused) return adopt(observation, workload, policy, status, decide);
  if (status.rejected?.hash === workload.wanted.hash && observation.retry !== status.rejected.release) {
    return decide('Holding', `${workload.wanted.replicaSet} was taken back (${status.rejected.reason}); waits for another version.`, { ...sized, othersHeldBy: 'policy', paused: true, standing: 'stuck' });
  }
  if (policy.spec.paused) return decide('Holding', 'A new version waits: the policy is paused.', { ...sized, paused: true, othersHeldBy: 'policy' });
  const { place } = observation;
  if (place && !place.free) {
    return decide('Holding', place.text, { ...sized, paused: true, othersHeldBy: 'policy', standing: 'moving' }, { queuedAt: status.queuedAt ?? new Date(observation.now).toISOString() });
  }
  const number = (status.releases ?? 0) + 1;
  const name = `${policy.metadata.name}-${number}`;
  return decide('Releasing', underWay(name), { ...sized, paused: true, start: { name, stable: { replicaSet: stable.name, hash: stable.hash }, canary: workload.wanted } });
}

/** Whether the policy sizes stable versions of users while nothing moves. */
const isSizedAtRest = ({ spec: { workload: { versions } } }: ReleasePolicy): boolean => versions?.replicas !== undefined && versions.old !== 'Leave';

/** A ReplicaSet that is there has Pods of its own; a Deployment makes one first. */
const waitsForPods = ({ runBy = 'Deployment' }: RestingWorkload, name: string): string => (runBy === 'Deployment' ? `Waits for Deployment ${name} to make its Pods.` : `Waits for ReplicaSet ${name}.`);

/** What a policy says from the start of a release to its end: once, so that it is written once. */
const underWay = (name: string): string => `Release ${name} is under way.`;

/** What a policy says that rests. */
const resting = (stable: string, { pausing, name }: RestingWorkload): string =>
  `${stable} is stable; waits for a new version.${pausing === 'AtRest' ? ` Deployment ${name} stays paused meanwhile: this cluster would not pause it when its template changes.` : ''}`;

/** Whether the workload is paused while nothing moves; undefined: as it is. */
function pausedAtRest({ pausing = 'OnChange' }: RestingWorkload, others: readonly VersionObservation[]): boolean | undefined {
  // One that is still on its way back to stable gets there first.
  if (pausing === 'OnChange' || others.some(({ size }) => size > 0)) return false;
  return pausing === 'AtRest' ? true : undefined;
}

/** Where it stays paused at rest, how it was found is on record before it is paused. */
function pausingRecord({ pausing }: RestingWorkload, { foundPaused }: PolicyStatus): Pick<PolicyStatus, 'foundPaused'> {
  return pausing === 'AtRest' && foundPaused === undefined ? { foundPaused: false } : {};
}

/** Whether a release is under way: all else about its policy has to wait then. */
export function isMoving(release: Release | undefined): release is Release {
  return release !== undefined && !hasEnded(release.status?.phase ?? 'Preparing');
}

/** Takes over, once, what the last release found out. @param release the last one, where it still exists */
export function learn(known: PolicyStatus, release: Release | undefined): PolicyStatus {
  const phase = release?.status?.phase;
  if (!release || phase === undefined || !hasEnded(phase) || known.concluded === release.metadata.name) return known;
  const before = { ...known, concluded: release.metadata.name };
  const { canary } = release.spec;
  if (phase === 'Completed') return { ...without(before, 'rejected'), stable: { replicaSet: canary.replicaSet, hash: canary.hash } };
  const reason = release.status?.abortReason ?? 'AbortedByUser';
  // What runs now was not decided here; it is found out afresh.
  if (reason === 'TakenOver' || reason === 'WorkloadGone') return before.stable?.hash === release.spec.stable.hash ? without(before, 'stable') : before;
  // A policy that came back without its status learns from the record which version was stable.
  const stable = reason === 'Restored' && before.stable === undefined ? { stable: { replicaSet: release.spec.stable.replicaSet, hash: release.spec.stable.hash } } : {};
  return { ...before, ...stable, rejected: { hash: canary.hash, replicaSet: canary.replicaSet, release: release.metadata.name, reason } };
}

function without<K extends keyof PolicyStatus>(status: PolicyStatus, field: K): PolicyStatus {
  const { [field]: _, ...rest } = status;
  return rest;
}

type Decide = (phase: PolicyPhase, text: string, parts?: Parts, change?: Partial<PolicyStatus>) => RestingDecision;

/** Waits until exactly one version runs, the one that the workload asks for, and calls it stable. */
function adopt(observation: RestingObservation, workload: RestingWorkload, policy: ReleasePolicy, status: PolicyStatus, decide: Decide): RestingDecision {
  // Of two with the same template, the one that runs.
  const alike = observation.versions.filter((version) => version.wanted);
  const wanted = alike.find(({ pods }) => pods > 0) ?? alike[0];
  if (workload.kind === 'Inline') {
    const stable = { replicaSet: workload.wanted.replicaSet, hash: workload.wanted.hash };
    return decide('Adopting', `Starts ${stable.replicaSet}.`, { stableSize: workload.replicas }, { stable });
  }
  if (workload.kind === 'Versions') {
    const { first } = workload;
    return first && first.hash !== '' ? decide('Resting', `${first.replicaSet} is stable; waits for a new version.`, {}, { stable: first }) : decide('Adopting', waitsForPods(workload, first?.replicaSet ?? workload.wanted.replicaSet));
  }
  const active = observation.versions.filter(({ size, pods }) => size > 0 || pods > 0);
  if (!wanted || !workload.observed || active.length > 1 || !workload.rolledOut) {
    const why = active.length > 1 ? `${active.length} versions run at once` : workload.paused && workload.observed ? 'it is paused with a template that does not run' : 'its roll-out is not finished';
    // Not labelled yet: a change that mends a first version which never gets ready is to roll out, not to be paused.
    // What Serin paused cannot come to rest by itself; but one that was taken back is not let out.
    const mayRoll = wanted !== undefined || (active.length === 0 && status.rejected?.hash !== workload.wanted.hash);
    const resumed = workload.paused && workload.observed && status.foundPaused === false && mayRoll;
    return decide('Adopting', `Waits for Deployment ${workload.name} to come to rest: ${why}.`, { labelled: false, ...(resumed ? { paused: false } : {}) });
  }
  if (workload.pausing === 'AtRest' && !workload.paused && !policy.spec.judgeFirst) {
    return decide('Adopting', `Pauses Deployment ${workload.name}, because this cluster would not pause it when its template changes.`, { labelled: false, paused: true }, { stable: { replicaSet: wanted.name, hash: wanted.hash }, foundPaused: false });
  }
  return trust(observation, { replicaSet: wanted.name, hash: wanted.hash }, policy, status, decide);
}

/** Calls the first version stable, or puts it through the checks first where the policy says so. */
function trust({ retry, workload }: RestingObservation, version: { readonly replicaSet: string; readonly hash: string }, { metadata, spec }: ReleasePolicy, status: PolicyStatus, decide: Decide): RestingDecision {
  if (!spec.judgeFirst) {
    const found = workload?.pausing === 'AtRest' ? { foundPaused: status.foundPaused ?? workload.paused } : {};
    return decide('Resting', workload ? resting(version.replicaSet, workload) : '', {}, { stable: version, ...found });
  }
  if (status.rejected?.hash === version.hash && status.rejected.release !== retry) {
    return decide('Holding', `${version.replicaSet} did not pass its checks (${status.rejected.reason}) and there is none to go back to; waits for another version.`, { labelled: false, standing: 'stuck' });
  }
  const name = `${metadata.name}-${(status.releases ?? 0) + 1}`;
  return decide('Releasing', `Puts the first version through the checks: ${name}.`, { labelled: false, start: { name, stable: version, canary: version, first: true } });
}

/** The names of those that go home now: what serves first and alone, because a Deployment that owns nothing else scales what it gets. */
function returning(lost: readonly VersionObservation[], versions: readonly VersionObservation[], stable: string | undefined): string[] {
  const first = lost.find(({ name }) => name === stable) ?? lost.find((version) => !isEmpty(version));
  const serves = versions.some((version) => version.holder === 'home' && !isEmpty(version));
  return (first && !serves ? [first] : lost).map(({ name }) => name);
}

const isEmpty = ({ size, pods }: VersionObservation): boolean => size === 0 && pods === 0;

/** Those that the policy holds, or held, although they have no Pods. */
const emptyOnes = (versions: readonly VersionObservation[]): string[] =>
  versions.filter((version) => isEmpty(version) && (version.holder === 'policy' || version.holder === 'nobody')).map(({ name }) => name);

/** The policy goes: gives back what it holds and leaves serving Pods, template and pausing alone where they differ. */
function leave(observation: RestingObservation, { foundPaused = false, stable }: PolicyStatus, decide: Decide): RestingDecision {
  const { workload, versions } = observation;
  const left = workload?.kind === 'Deployment' ? versions.filter(({ holder }) => holder === 'nobody') : [];
  const held = left.length > 0 || versions.some(({ holder }) => holder === 'policy');
  const inline = workload !== undefined && workload.kind !== 'Deployment';
  const running = versions.find(({ size }) => size > 0);
  // Un-pausing with another template than the one that runs would roll out what nobody approved.
  const mayRoll = !workload || workload.kind !== 'Deployment' || (running?.wanted ?? true);
  return decide('Resting', 'Gives back what it holds.', { labelled: false, ...(workload ? {} : { discarded: emptyOnes(versions) }), ...(inline ? {} : { othersHeldBy: 'home', returned: returning(left, versions, stable?.replicaSet) }), ...(mayRoll && !inline ? { paused: foundPaused } : {}), released: inline || !held });
}

