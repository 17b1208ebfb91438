import type { Deployment, ReplicaSet } from '../../kubernetes/generated/apps-v1.js';
import type { PodTemplateSpec } from '../../kubernetes/generated/core-v1.js';
import { equalTemplates } from '../../kubernetes/pod-template.js';
import { withoutHash } from '../../controller/eject/plan.js';
import { hasEnded, type Release } from '../../model/release.js';
import type { ReleasePolicy } from '../../model/release-policy.js';

export interface RollbackObjects {
  readonly policy: ReleasePolicy;
  /** All of this policy. */
  readonly releases: readonly Release[];
  readonly deployment: Deployment | undefined;
  readonly replicaSets: readonly ReplicaSet[];
}

/** How to go back one version. */
export type RollbackPlan =
  | { readonly outcome: 'abort'; readonly release: Release }
  | { readonly outcome: 'template'; readonly template: PodTemplateSpec; readonly from: string; readonly to: string; /** Whether a release leads there. */ readonly released: boolean }
  | { readonly outcome: 'refused'; readonly why: string };

/** A release under way is aborted; a version that was taken back leaves the template; else the version before stable is released. */
export function planRollback({ policy, releases, deployment, replicaSets }: RollbackObjects): RollbackPlan {
  const name = policy.metadata.name;
  const moving = releases.find(({ status }) => !hasEnded(status?.phase ?? 'Preparing'));
  if (moving) return { outcome: 'abort', release: moving };
  const stable = policy.status?.stable;
  if (!stable) return { outcome: 'refused', why: `policy ${name} has no stable version yet: ${policy.status?.message ?? 'no controller has looked at it.'}` };
  const present = deployment?.spec.template ?? policy.spec.workload.inline?.template;
  if (!present) return { outcome: 'refused', why: `the workload of policy ${name} is gone.` };
  const templateOf = (replicaSet: string): PodTemplateSpec | undefined => replicaSets.find(({ metadata }) => metadata.name === replicaSet)?.spec.template;
  const stableTemplate = templateOf(stable.replicaSet);
  if (stableTemplate && !equalTemplates(stableTemplate, present)) {
    return { outcome: 'template', template: withoutHash(stableTemplate), from: policy.status?.rejected?.replicaSet ?? 'a version without a release', to: stable.replicaSet, released: false };
  }
  const led = releases.filter(({ spec, status }) => status?.phase === 'Completed' && spec.canary.replicaSet === stable.replicaSet);
  const last = led.sort((a, b) => (a.status?.endedAt ?? '').localeCompare(b.status?.endedAt ?? '')).at(-1);
  if (!last) return { outcome: 'refused', why: `no release led to ${stable.replicaSet}, so no version before it is on record.` };
  const before = last.spec.stable.replicaSet;
  const template = templateOf(before);
  if (!template) return { outcome: 'refused', why: `${before}, which ${last.metadata.name} replaced, is gone: its ReplicaSet was deleted (a Deployment keeps as many as its spec.revisionHistoryLimit). Apply its manifest again instead.` };
  return { outcome: 'template', template: withoutHash(template), from: stable.replicaSet, to: before, released: true };
}
