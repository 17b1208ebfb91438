import { describeStep } from '../../engine/formatting.js';
import type { Deployment, ReplicaSet } from '../../kubernetes/generated/apps-v1.js';
import { equalTemplates } from '../../kubernetes/pod-template.js';
import { stepOf } from '../../model/plan.js';
import { hasEnded, type Release } from '../../model/release.js';
import { kindOfVersions } from '../../model/policy/workload.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { HOTFIX_ANNOTATION } from '../../model/resources.js';
import { compilePolicy } from '../../strategies/compile.js';

/** An annotation that kubectl sets as well, for the same end. */
export const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/** What a request is decided on. */
export interface RequestObjects {
  readonly policy: ReleasePolicy;
  /** The policy's last release. */
  readonly release: Release | undefined;
  /** Undefined for an inline workload, and where it is gone. */
  readonly deployment: Deployment | undefined;
  readonly replicaSets: readonly ReplicaSet[];
}

/** What a request comes to: an annotation to set, or nothing where it is set already, or why it cannot be. */
export type PolicyRequest =
  | { readonly outcome: 'annotate'; readonly on: 'policy' | 'template'; readonly name: string; readonly value: string; readonly lines: readonly string[] }
  | { readonly outcome: 'nothing'; readonly lines: readonly string[] }
  | { readonly outcome: 'refused'; readonly why: string };

const refused = (why: string): PolicyRequest => ({ outcome: 'refused', why });
const follow = (policy: string): string => `Follow it with: serin status ${policy} --watch.`;

function movingRelease({ release }: RequestObjects): string | undefined {
  return release && !hasEnded(release.status?.phase ?? 'Preparing') ? release.metadata.name : undefined;
}

/** Replaces all Pods by new ones of the same version, as a release like any other. Pure. @param now milliseconds since the epoch */
export function planRestart(objects: RequestObjects, now: number): PolicyRequest {
  const { policy, deployment, replicaSets } = objects;
  const { name } = policy.metadata;
  const { versions, inline } = policy.spec.workload;
  if (versions) {
    const stable = policy.status?.stable?.replicaSet;
    if (kindOfVersions(versions) === 'ReplicaSet') return refused(`policy ${name} moves traffic between ReplicaSets that are not Serin's, so their Pods are not Serin's to restart. Restart what made them.`);
    const meant = versions.list.find(({ deployment: each }) => each === stable) ?? versions.list.at(-1);
    return refused(`policy ${name} moves traffic between Deployments that you run, so their Pods are yours to restart: kubectl rollout restart deployment/${meant?.deployment ?? 'NAME'}.`);
  }
  const moving = movingRelease(objects);
  if (moving !== undefined) return refused(`release ${moving} is under way, and a restart would be a newer version that takes its place. Wait for its end (serin wait ${moving}), or abort it first.`);
  const template = inline?.template ?? deployment?.spec.template;
  if (!template) return refused(`the workload of policy ${name} is gone.`);
  const stable = replicaSets.find(({ metadata }) => metadata.name === policy.status?.stable?.replicaSet)?.spec.template;
  if (!stable) return refused(`policy ${name} has no stable version yet: ${policy.status?.message ?? 'no controller has looked at it.'}`);
  if (!equalTemplates(stable, template)) return refused(`the workload asks for another version than ${policy.status?.stable?.replicaSet ?? 'stable'}, and a restart would release that one: ${policy.status?.message ?? ''} Go back first with: serin rollback ${name}; or try it again with: serin retry ${name}.`);
  return {
    outcome: 'annotate', on: 'template', name: RESTARTED_AT, value: `${new Date(now).toISOString().slice(0, 19)}Z`,
    lines: [`The Pods of ${name} are replaced by new ones of the same version.`, `A release leads there, step by step. ${follow(name)}`],
  };
}

/** Lets the next release out without being judged. Pure. */
export function planHotfix(objects: RequestObjects, reason: string): PolicyRequest {
  const { policy } = objects;
  const { name } = policy.metadata;
  const said = reason.trim();
  if (said === '') return refused('--reason: say why the next release is not to be judged; it stays on record.');
  if (said.length > 1024) return refused(`--reason: ${said.length} characters are more than the 1024 that a release keeps.`);
  const present = policy.metadata.annotations?.[HOTFIX_ANNOTATION];
  const kept = compilePolicy(policy.spec, { hotfix: true }).steps.map(stepOf).filter(({ kind }) => kind === 'approve' || kind === 'gate').map(describeStep);
  const lines = [
    `The next release of ${name} goes out without shares in between, pauses, analyses and Jobs: ${said}`,
    ...(kept.length > 0 ? [`These steps stay, because nobody may skip them: ${kept.join('; ')}.`] : []),
    'Pods that crash or do not get ready still take it back.',
  ];
  if (present === said) return { outcome: 'nothing', lines: [`That is said already. ${lines[0] ?? ''}`, ...lines.slice(1)] };
  const moving = movingRelease(objects);
  return {
    outcome: 'annotate', on: 'policy', name: HOTFIX_ANNOTATION, value: said,
    lines: [...lines, moving === undefined ? 'Now bring the new version.' : `Release ${moving} is under way and stays as it is; the new version that you bring now takes its place.`],
  };
}
