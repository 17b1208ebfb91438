import { planRetry } from '../../../commands/retry-plan.js';
import { planSteering, type SteeringVerb } from '../../../commands/steering-plan.js';
import { hasEnded, type Release } from '../../../model/release.js';
import type { ReleasePolicy } from '../../../model/release-policy.js';
import { actionVerbs, type Action, type ActionVerb, type VersionDetail } from '../../schemas/release-detail.js';
import { zhOf, type Said } from '../texts/sentences.js';
import { isMine, UNKNOWN, type Asked, type Person } from './asking.js';
import { consequenceOf } from './consequences.js';

/** What a person may write, as the cluster says. */
export interface WriteRights {
  readonly releases: boolean;
  readonly approvals: boolean;
  readonly policies: boolean;
  readonly workloads: boolean;
}

/** What the actions on a release are decided on. */
export interface ActionFacts {
  readonly release: Release;
  readonly policy: ReleasePolicy | undefined;
  readonly versions: readonly VersionDetail[];
  readonly asked: Asked | undefined;
  readonly person: Person;
  readonly rights: WriteRights;
  /** What going back comes to; undefined where the release is not the policy's last one. */
  readonly rollback: { readonly to: string } | { readonly why: string } | undefined;
}

/** Everything that can be done to a release, whether it may be done now, and what it does to users. */
export function actionsOf(facts: ActionFacts): Action[] {
  return actionVerbs.map((verb): Action => {
    const why = refusalOf(verb, facts);
    const backTo = facts.rollback && 'to' in facts.rollback ? facts.rollback.to : undefined;
    const { en, zh } = consequenceOf(verb, { release: facts.release, versions: facts.versions, asked: facts.asked, backTo });
    return { verb, allowed: why === undefined, ...(why === undefined ? {} : { why: why.en, whyZh: why.zh }), consequence: en, consequenceZh: zh, ...(verb === 'rollback' && backTo !== undefined ? { to: backTo } : {}) };
  });
}

/** Why something cannot be done at the moment; undefined where it can. */
export function refusalOf(verb: ActionVerb, facts: ActionFacts): Said | undefined {
  const { release, rights, policy } = facts;
  const { name, namespace = '' } = release.metadata;
  const maker = policy && makerOf(policy);
  if (maker && verb !== 'approve' && verb !== 'reject') return sentence(`release ${name} is run for ${maker}, which says what is to be done: tell that in its place.`, `发布 ${name} 是为 ${maker} 进行的，由它决定：请改为对它操作。`);
  switch (verb) {
    case 'pause':
    case 'resume':
    case 'abort':
    case 'promote':
    case 'promoteFull': {
      const plan = planSteering(steeringVerb(verb), release, { full: verb === 'promoteFull' });
      if (plan.outcome === 'refused') return sentence(plan.why);
      if (plan.outcome === 'nothing') return sentence(plan.done);
      return rights.releases ? undefined : noRight('patch releases', namespace);
    }
    case 'approve':
    case 'reject':
      return sayingRefusal(facts, name, namespace);
    case 'retry': {
      if (!policy) return sentence(`policy ${release.spec.policy} is gone.`, `策略 ${release.spec.policy} 已不存在。`);
      if (policy.status?.rejected?.release !== name && hasEnded(release.status?.phase ?? 'Preparing')) return sentence(`release ${name} is not what was taken back last, so there is nothing to retry.`, `发布 ${name} 不是最近撤回的发布，无需重试。`);
      const plan = planRetry({ policy, release });
      if (plan.outcome === 'refused') return sentence(plan.why);
      if (plan.outcome === 'nothing') return sentence(plan.lines[0] ?? '');
      return rights.policies ? undefined : noRight('patch releasepolicies', namespace);
    }
    case 'rollback': {
      if (!hasEnded(release.status?.phase ?? 'Preparing')) return sentence(`release ${name} is under way: take it back with an abort instead.`, `发布 ${name} 正在进行：请改用撤回。`);
      if (!facts.rollback) return sentence(`release ${name} is not the last one of policy ${release.spec.policy}: go back from the last one.`, `发布 ${name} 不是策略 ${release.spec.policy} 的最近一次发布：请从最近一次回退。`);
      if ('why' in facts.rollback) return sentence(facts.rollback.why);
      return rights.workloads ? undefined : noRight('patch deployments', namespace);
    }
  }
}

/** The Rollout whose place a policy takes; it is told what to do, not the policy. */
export function makerOf({ metadata }: ReleasePolicy): string | undefined {
  const maker = metadata.ownerReferences?.find(({ controller, kind }) => controller && kind === 'Rollout');
  return maker && `${maker.kind} ${maker.name}`;
}

/** The verb of the commands' planner. */
export const steeringVerb = (verb: 'pause' | 'resume' | 'abort' | 'promote' | 'promoteFull'): SteeringVerb => (verb === 'promoteFull' ? 'promote' : verb);

function sayingRefusal({ asked, person, rights }: ActionFacts, name: string, namespace: string): Said | undefined {
  if (!asked) return sentence(`release ${name} waits for no approval at the moment.`, `发布 ${name} 目前未在等待批准。`);
  if (!rights.approvals) return noRight('create approvals', namespace);
  if (isMine(asked, namespace, person)) return undefined;
  if (asked.given.includes(person.user)) return sentence(`you (${person.user}) approved it already.`, `您（${person.user}）已经批准过。`);
  if (asked.notAuthor === UNKNOWN) return sentence('nobody can approve it: its author may not, and the annotation serin.dev/author does not say who that is.', '无人可以批准：作者不得批准，但注解 serin.dev/author 没有说明作者是谁。');
  if (asked.notAuthor === person.user) return sentence(`you (${person.user}) wrote the new version, and its author may not approve it.`, `您（${person.user}）是新版本的作者，作者不得批准。`);
  const who = [...asked.users, ...asked.groups.map((group) => `group ${group}`)].join(', ');
  return sentence(`only ${who} may decide.`, `仅限 ${who} 决定。`);
}

const noRight = (right: string, namespace: string): Said =>
  sentence(`you may not do that: it takes the right to ${right} in namespace ${namespace}, which its administrator gives.`, `您没有权限：需要在命名空间 ${namespace} 中 ${right} 的权限，请联系管理员。`);

/** A refusal as a sentence of its own. */
export function sentence(en: string, zh: string = zhOf(en)): Said {
  return { en: `${en.slice(0, 1).toUpperCase()}${en.slice(1)}`, zh };
}
