import type { GivenApproval } from '../../../approvals/record.js';
import { toldOf } from '../../../commands/told.js';
import type { Release } from '../../../model/release.js';
import type { ActionVerb, Deed, SaidApproval } from '../../schemas/release-detail.js';

const words: Readonly<Record<ActionVerb, readonly [en: string, zh: string]>> = {
  approve: ['approved', '批准'],
  reject: ['rejected', '拒绝'],
  promote: ['went on to the next step', '进入下一步'],
  promoteFull: ['went on through all steps', '完成所有剩余步骤'],
  pause: ['paused it', '暂停发布'],
  resume: ['resumed it', '恢复发布'],
  abort: ['aborted it', '撤回发布'],
  retry: ['asked to try it again', '要求重新尝试'],
  rollback: ['went back to the version before', '回退到之前的版本'],
};

/** Fields of the spec that are commands, and what setting them means. */
const commandFields = { 'f:abort': 'abort', 'f:paused': 'pause', 'f:advanceTo': 'promote' } as const;

/** Who did what to a release, newest first: what people said, what they told it from the page, a chat or the command line, and what other tools set. */
export function deedsOf(release: Release, said: readonly SaidApproval[]): Deed[] {
  const told = toldOf(release.metadata);
  const deeds = [
    ...said.flatMap(({ at, user, approved, step, comment, via, freezeWindow }): Deed[] => (at === undefined ? [] : [{ time: at, user, ...saying(approved, step, comment, freezeWindow), ...(via === undefined ? {} : { via }) }])),
    ...told.map(({ time, user, verb, via, comment }): Deed => ({ time, user, ...withComment(words[verb], comment), ...(via === undefined ? {} : { via }) })),
    ...setByTools(release, new Set(told.map(({ verb }) => (verb === 'promoteFull' || verb === 'resume' ? 'promote' : verb)))),
  ];
  return deeds.sort((a, b) => b.time.localeCompare(a.time));
}

function saying(approved: boolean, step: number, comment: string, window: string | undefined): Pick<Deed, 'what' | 'whatZh'> {
  const where = window !== undefined ? [` through the freeze window ${window}`, `（冻结窗口 ${window}）`] : step === 0 ? [' before it begins', '（开始之前）'] : [` step ${step}`, `第 ${step} 步`];
  const [en, zh] = words[approved ? 'approve' : 'reject'];
  return withComment([`${en}${where[0] ?? ''}`, `${zh}${where[1] ?? ''}`], comment);
}

const withComment = ([en, zh]: readonly [string, string], comment = ''): Pick<Deed, 'what' | 'whatZh'> => ({ what: `${en}${comment === '' ? '' : `: ${comment}`}`, whatZh: `${zh}${comment === '' ? '' : `：${comment}`}` });

/** What kubectl and other tools set: the cluster knows the tool and the time, not the person. */
function setByTools({ metadata }: Release, known: ReadonlySet<string>): Deed[] {
  return (metadata.managedFields ?? []).flatMap(({ manager, time, fieldsV1 }) => {
    const spec: unknown = Reflect.get(Object(fieldsV1), 'f:spec');
    if (manager === undefined || time === undefined) return [];
    return Object.entries(commandFields).flatMap(([field, verb]): Deed[] => {
      if (known.has(verb) || !Reflect.has(Object(spec), field)) return [];
      // The one who made the release wrote all of its fields.
      if (Reflect.has(Object(spec), 'f:plan')) return [];
      return [{ time, user: manager, ...withComment(words[verb]) }];
    });
  });
}

/** What people said to a release, newest first, as the API tells it. */
export function saidOf(given: readonly GivenApproval[]): SaidApproval[] {
  return given.map(({ step, approved, user, groups, comment, counts, at, via, window }): SaidApproval => ({
    step, approved, user, groups: [...groups], comment, counts,
    ...(at === undefined ? {} : { at }),
    ...(via === undefined ? {} : { via }),
    ...(window === undefined ? {} : { freezeWindow: window }),
  }));
}
