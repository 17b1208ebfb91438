import type { Deployment, ReplicaSet } from '../kubernetes/generated/apps-v1.js';
import type { PodTemplateSpec } from '../kubernetes/generated/core-v1.js';
import { controllerOf } from '../kubernetes/owners.js';
import { equalTemplates, withoutHash } from '../kubernetes/pod-template.js';
import { hasEnded, type Release } from '../model/release.js';
import { nameOfListed, type VersionList } from '../model/policy/workload.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { deploymentOf, listed, readyPods, versionMeant, versionsIn } from './known-versions.js';

export interface RollbackObjects {
  readonly policy: ReleasePolicy;
  /** All of this policy. */
  readonly releases: readonly Release[];
  readonly deployment: Deployment | undefined;
  readonly replicaSets: readonly ReplicaSet[];
  /** The version to go back to: a release, a hash, a ReplicaSet or an image; the one before stable when absent. */
  readonly to?: string | undefined;
}

/** How to go back to an earlier version. */
export type RollbackPlan =
  | { readonly outcome: 'abort'; readonly release: Release }
  | { readonly outcome: 'template'; readonly template: PodTemplateSpec; readonly from: string; readonly to: string; /** Whether a release leads there. */ readonly released: boolean; /** Its Pods that run and are ready. */ readonly ready: number; /** The release under way that it takes the place of. */ readonly instead?: string }
  | { readonly outcome: 'want'; readonly from: string; readonly to: string; readonly ready: number }
  | { readonly outcome: 'refused'; readonly why: string };

/** Goes back one version, or to the one that is named. */
export function planRollback(objects: RollbackObjects): RollbackPlan {
  const { policy, to } = objects;
  if (policy.spec.workload.versions) return rollbackToDeployment(objects, policy.spec.workload.versions);
  return to === undefined ? rollbackOne(objects) : rollbackTo(objects, to);
}

/** A release under way is aborted; a version that was taken back leaves the template; else the version before stable is released. */
function rollbackOne({ policy, releases, deployment, replicaSets }: RollbackObjects): RollbackPlan {
  const name = policy.metadata.name;
  const moving = movingOf(releases);
  if (moving) return { outcome: 'abort', release: moving };
  const stable = policy.status?.stable;
  if (!stable) return { outcome: 'refused', why: `policy ${name} has no stable version yet: ${policy.status?.message ?? 'no controller has looked at it.'}` };
  const present = deployment?.spec.template ?? policy.spec.workload.inline?.template;
  if (!present) return { outcome: 'refused', why: `the workload of policy ${name} is gone.` };
  const templateOf = (replicaSet: string): PodTemplateSpec | undefined => replicaSets.find(({ metadata }) => metadata.name === replicaSet)?.spec.template;
  const stableTemplate = templateOf(stable.replicaSet);
  if (stableTemplate && !equalTemplates(stableTemplate, present)) {
    return { outcome: 'template', template: withoutHash(stableTemplate), from: policy.status?.rejected?.replicaSet ?? 'a version without a release', to: stable.replicaSet, released: false, ready: 0 };
  }
  const last = lastTo(releases, ({ spec }) => spec.canary.replicaSet === stable.replicaSet);
  if (!last) return { outcome: 'refused', why: `no release led to ${stable.replicaSet}, so no version before it is on record.` };
  const before = last.spec.stable.replicaSet;
  const template = templateOf(before);
  if (!template) return { outcome: 'refused', why: `${before}, which ${last.metadata.name} replaced, is gone: its ReplicaSet was deleted (a Deployment keeps as many as its spec.revisionHistoryLimit). Apply its manifest again instead.` };
  return { outcome: 'template', template: withoutHash(template), from: stable.replicaSet, to: before, released: true, ready: readyOf(replicaSets, before) };
}

/** The last release that led to a version, by when it ended. */
function lastTo(releases: readonly Release[], leads: (release: Release) => boolean): Release | undefined {
  const led = releases.filter((release) => release.status?.phase === 'Completed' && leads(release));
  return led.sort((a, b) => (a.status?.endedAt ?? '').localeCompare(b.status?.endedAt ?? '')).at(-1);
}

const movingOf = (releases: readonly Release[]): Release | undefined => releases.find(({ status }) => !hasEnded(status?.phase ?? 'Preparing'));
const readyOf = (replicaSets: readonly ReplicaSet[], name: string): number => replicaSets.find(({ metadata }) => metadata.name === name)?.status?.readyReplicas ?? 0;

function rollbackTo({ policy, releases, deployment, replicaSets }: RollbackObjects, to: string): RollbackPlan {
  const name = policy.metadata.name;
  const version = versionMeant(to, releases, replicaSets);
  if (typeof version === 'string') return { outcome: 'refused', why: version };
  const moving = movingOf(releases);
  const going = version.replicaSet;
  if (moving && going === moving.spec.stable.replicaSet) return { outcome: 'abort', release: moving };
  if (moving && going === moving.spec.canary.replicaSet) return { outcome: 'refused', why: `${going} is what release ${moving.metadata.name} brings just now.` };
  if (moving && ['HandingOver', 'Aborting', 'LettingGo'].includes(moving.status?.phase ?? '')) return { outcome: 'refused', why: `release ${moving.metadata.name} is about to end (${moving.status?.phase ?? ''}). Go back when it has: serin wait ${moving.metadata.name} --for=ended.` };
  const present = deployment?.spec.template ?? policy.spec.workload.inline?.template;
  if (!present) return { outcome: 'refused', why: `the workload of policy ${name} is gone.` };
  const template = version.found?.spec.template;
  if (!template) return { outcome: 'refused', why: `${going} is in the history, but its ReplicaSet was deleted and its template with it (a Deployment keeps as many as its spec.revisionHistoryLimit). ${listed(versionsIn(releases, replicaSets))} Or apply its manifest again.` };
  const stable = policy.status?.stable?.replicaSet;
  if (equalTemplates(template, present)) {
    if (going === stable) return { outcome: 'refused', why: `${going} is stable already, and the workload asks for it.` };
    return { outcome: 'refused', why: `the workload asks for ${going} already: ${policy.status?.message ?? ''}${policy.status?.rejected?.replicaSet === going ? ` Try it again with: serin retry ${name}.` : ''}` };
  }
  return {
    outcome: 'template', template: withoutHash(template), from: moving?.spec.canary.replicaSet ?? policy.status?.rejected?.replicaSet ?? stable ?? 'the present version', to: going, released: going !== stable,
    ready: readyPods(version), ...(moving ? { instead: moving.metadata.name } : {}),
  };
}

/** Versions that users run are wanted by name; without one, the one before the stable one is. */
function rollbackToDeployment({ policy, releases, replicaSets, to }: RollbackObjects, { list, want }: VersionList): RollbackPlan {
  const names = list.map(nameOfListed);
  const moving = movingOf(releases);
  if (to === undefined && moving) return { outcome: 'abort', release: moving };
  const known = versionsIn(releases, replicaSets);
  const asDeployment = (name: string): string | undefined => {
    if (names.includes(name)) return name;
    const version = known.find(({ replicaSet, hash }) => replicaSet === name || hash === name);
    return version && deploymentOf(version, names);
  };
  const wanted = want ?? names.at(-1) ?? '';
  const stable = asDeployment(policy.status?.stable?.replicaSet ?? '');
  const last = lastTo(releases, ({ spec }) => asDeployment(spec.canary.replicaSet) === stable);
  const meant = to === undefined ? undefined : versionMeant(to, releases, replicaSets);
  const target = to !== undefined
    ? (asDeployment(to.replace(/^(deployments?|replicasets?|rs)\//, '')) ?? (meant === undefined || typeof meant === 'string' ? undefined : asDeployment(meant.replicaSet)))
    : stable !== undefined && stable !== wanted ? stable : asDeployment(last?.spec.stable.replicaSet ?? '');
  if (target === undefined) return { outcome: 'refused', why: to === undefined ? `no release led to ${stable ?? wanted}, so no version before it is on record. Name one with --to: ${names.join(', ')}.` : `policy ${policy.metadata.name} lists no version "${to}". There ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}.` };
  if (target === wanted) return { outcome: 'refused', why: `${target} is wanted already${target === stable ? ' and stable' : ''}.` };
  return { outcome: 'want', from: wanted, to: target, ready: replicaSets.filter((each) => each.metadata.name === target || (controllerOf(each)?.kind === 'Deployment' && controllerOf(each)?.name === target)).reduce((sum, { status }) => sum + (status?.readyReplicas ?? 0), 0) };
}
