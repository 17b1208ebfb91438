import { formatShare, describeStep } from '../../../engine/formatting.js';
import { formatDuration } from '../../../model/duration.js';
import { stepOf } from '../../../model/plan.js';
import { hasEnded, type Release } from '../../../model/release.js';
import type { ActionVerb, VersionDetail } from '../../schemas/release-detail.js';
import { zhOf, type Said } from '../texts/sentences.js';
import type { Asked } from './asking.js';

/** What consequences are told from. */
export interface ConsequenceFacts {
  readonly release: Release;
  readonly versions: readonly Pick<VersionDetail, 'role' | 'desired' | 'ready'>[];
  readonly asked: Asked | undefined;
  /** The version that a rollback leads to, where it leads to one. */
  readonly backTo: string | undefined;
}

const said = (en: string, zh: string): Said => ({ en, zh });
const and = (...parts: readonly (Said | undefined)[]): Said => ({ en: parts.flatMap((part) => part?.en ?? []).join(' '), zh: parts.flatMap((part) => part?.zh ?? []).join('') });

/** What happens to users when a person does this now. */
export function consequenceOf(verb: ActionVerb, facts: ConsequenceFacts): Said {
  const { release, asked } = facts;
  const { canary, stable } = release.spec;
  switch (verb) {
    case 'approve':
      return approval(facts);
    case 'reject':
      return asked?.step === 0
        ? said(`The release ends before it began; users stay with ${stable.replicaSet} and nobody has met the new version.`, `发布在开始前结束；用户继续使用 ${stable.replicaSet}，无人接触新版本。`)
        : and(said('The canary is taken back.', '金丝雀版本将被撤回。'), goingBack(facts));
    case 'promote':
      return and(next(release), keepsJudging);
    case 'promoteFull':
      return and(said(`All users get ${canary.replicaSet} as soon as its Pods are ready, without waiting for pauses and analyses; approvals, gates and Jobs are never skipped.`, `${canary.replicaSet} 的 Pod 就绪后，所有用户都将使用它，不再等待暂停和分析；批准、外部检查和 Job 不会跳过。`));
    case 'pause':
      return and(presentShare(release), said('Nothing more is given to the new version until somebody goes on; a bad version is still taken back.', '在人工继续之前不再增加新版本的流量；有问题的版本仍会被撤回。'));
    case 'resume':
      return and(next(release), keepsJudging);
    case 'abort':
      return goingBack(facts);
    case 'retry':
      return said(`The version ${canary.replicaSet} is released again from the first step: users meet it as the plan says, and it is judged anew.`, `${canary.replicaSet} 将从第一步重新发布：用户按计划逐步接触它，并重新评判。`);
    case 'rollback':
      return facts.backTo === undefined
        ? said('Users go back to the version before.', '用户回到之前的版本。')
        : said(`Users go back to ${facts.backTo}: at once where its Pods still run, else step by step as the policy says.`, `用户回到 ${facts.backTo}：若其 Pod 仍在运行则立即回退，否则按策略逐步进行。`);
  }
}

const keepsJudging = said('A version that turns out bad is still taken back.', '有问题的版本仍会被撤回。');

function approval(facts: ConsequenceFacts): Said {
  const { asked, release } = facts;
  if (!asked) return said('Nothing happens: nobody is asked at the moment.', '不会发生任何变化：目前没有需要批准的事项。');
  const lacking = asked.wanted - asked.given.length - 1;
  if (lacking > 0) return said(`Nothing changes for users yet: ${lacking} more ${lacking === 1 ? 'approval is' : 'approvals are'} wanted.`, `用户暂不受影响：还需要 ${lacking} 次批准。`);
  if (asked.window !== undefined) return said(`The release begins although the freeze window ${asked.window} lasts.`, `尽管冻结窗口 ${asked.window} 仍在生效，发布将开始。`);
  if (asked.step > 0) return and(next(release), keepsJudging);
  const [first] = release.spec.plan.steps;
  const what = first ? describeStep(stepOf(first)) : '';
  return said(`The release begins${what === '' ? '' : `, first: ${what}`}.`, `发布开始${what === '' ? '' : `，第一步：${zhOf(what)}`}。`);
}

function next({ spec, status }: Release): Said {
  const index = status?.step.index ?? 0;
  const planned = spec.plan.steps[index + 1];
  if (!planned) return said('The new version becomes stable for all users.', '新版本将对所有用户成为稳定版本。');
  const what = describeStep(stepOf(planned));
  if (planned.kind === 'promote') return said('The new version becomes stable: all users get it.', '新版本将成为稳定版本：所有用户都会使用它。');
  return said(`The release goes on to step ${index + 2}: ${what}.`, `发布进入第 ${index + 2} 步：${zhOf(what)}。`);
}

function presentShare({ status }: Release): Said {
  const share = status?.shares?.accepted?.canary ?? 0;
  return share === 0 ? said('No share of the users is on the new version, and it stays so.', '目前没有用户流量到新版本，将保持不变。') : said(`${formatShare(share)} of the requests stay on the new version.`, `${formatShare(share)} 的请求继续由新版本处理。`);
}

/** What an abort does to users at this moment. */
function goingBack({ release, versions }: ConsequenceFacts): Said {
  const { spec, status } = release;
  const { stable } = spec;
  const phase = status?.phase ?? 'Preparing';
  if (hasEnded(phase)) return said('The release has ended; nothing changes for users.', '发布已结束；用户不受影响。');
  if (spec.first) return said('There is no version to go back to: it is the first one of the program.', '没有可退回的版本：这是程序的首个版本。');
  if (phase === 'Preparing') return said(`Nobody has met the new version; users stay with ${stable.replicaSet}.`, `无人接触过新版本；用户继续使用 ${stable.replicaSet}。`);
  const version = versions.find(({ role }) => role === 'stable');
  const [ready, desired] = [version?.ready ?? 0, version?.desired ?? 0];
  const drain = formatDuration(spec.plan.drainMilliseconds);
  return and(
    ready >= desired
      ? said(`All users go back to ${stable.replicaSet} at once: its ready Pods (${ready}) can carry them.`, `所有用户立即回到 ${stable.replicaSet}：其就绪的 ${ready} 个 Pod 可以承担全部流量。`)
      : said(`Users go back to ${stable.replicaSet} as far as its ready Pods can carry them: ${ready} of ${desired} now, the others are started first.`, `用户在 ${stable.replicaSet} 的就绪 Pod 可承担的范围内回退：目前 ${ready}/${desired}，其余先启动。`),
    said(`Canary Pods get ${drain} to finish their requests. It cannot be undone; trying again is a new release.`, `金丝雀 Pod 有 ${drain} 时间处理完请求。此操作不可撤销；再次尝试是一次新的发布。`),
  );
}
