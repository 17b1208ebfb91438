import { askingOf } from '../../approvals/asking.js';
import { consentWanted } from '../../engine/analysis-steps.js';
import { describeEntry, type Language, type MessageCode } from '../../model/messages.js';
import { stepOf } from '../../model/plan.js';
import { inAllLanguages, messageCodeOf } from '../../model/release-sentences.js';
import { hasEnded, versionName, type Release, type ReleaseStatus } from '../../model/release.js';
import { catalogue, filled, type TextCode } from '../texts/catalogue.js';
import { consentOf, heldOf } from './held.js';
import type { Asking, Bilingual, Findings, News, Seen, Settled, ToldRelease } from './news.js';
import { standstillOf } from './stuck.js';

/** What a release says beside itself. */
export interface ReleaseSurroundings {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What somebody who approves it now has seen; buttons say nothing of it when absent. */
  readonly seen?: (() => Seen) | undefined;
}

/** Everything there is to tell of a release, from its spec and status alone: whoever looks finds the same, under the same keys. */
export function newsOfRelease(release: Release, { now, seen }: ReleaseSurroundings): Findings {
  const { metadata, status } = release;
  if (!status) return { news: [], settled: [] };
  const standstill = standstillOf(release);
  const news = [
    ...began(release, status),
    ...asking(release, status, seen),
    ...(standstill && standstill.from <= now ? [stuck(release, status, standstill.from)] : []),
    ...ended(release, status),
  ];
  const until = standstill && standstill.from > now ? { lookAgainAt: standstill.from } : {};
  return { news: metadata.uid === undefined ? [] : news, settled: settled(release, status), ...until };
}

function began(release: Release, status: ReleaseStatus): News[] {
  if (heldOf(release) || status.startedAt === undefined) return [];
  const { stable, canary } = toldOf(release, status);
  return [make(release, status, 'began', 'began', Date.parse(status.startedAt), [entrySays(status, 'ReleaseStarted') ?? inText('began', { stable, canary })])];
}

function ended(release: Release, status: ReleaseStatus): News[] {
  if (!hasEnded(status.phase)) return [];
  const at = Date.parse(status.endedAt ?? status.step.startedAt);
  const { requests, failures, canary } = toldOf(release, status);
  const numbers = { canary, requests: String(requests), failures: String(failures) };
  if (status.phase === 'Completed') return [make(release, status, 'promoted', 'promoted', at, [entrySays(status, 'Completed') ?? inText('promoted', numbers)])];
  const why = entrySays(status, 'Aborting') ?? entrySays(status, 'LettingGo');
  const reason = status.abortReason === undefined ? [] : [inText('reason', { reason: status.abortReason })];
  return [make(release, status, 'takenBack', 'takenBack', at, [...(why ? [why] : reason), entrySays(status, 'Aborted') ?? inText('takenBack', numbers)])];
}

function stuck(release: Release, status: ReleaseStatus, from: number): News {
  return make(release, status, 'stuck', `stuck/${status.phase}/${status.step.index}`, from, [inAllLanguages(status.message ?? status.phase)]);
}

const askingKey = (release: Release, which: string): string => `${release.metadata.uid ?? ''}/waitsForApproval/${which}`;

function asking(release: Release, status: ReleaseStatus, seen: (() => Seen) | undefined): News[] {
  if (hasEnded(status.phase) || status.phase === 'Aborting' || status.phase === 'LettingGo' || release.spec.abort === true) return [];
  // In the moment in which a step begins the status still says that it does.
  const waits = /^(Waits|Asks|Holds)/.test(messageCodeOf(status.message ?? '') ?? 'Waits');
  const says = [waits && status.message !== undefined ? inAllLanguages(status.message) : inText('waits', {})];
  const held = heldOf(release);
  if (held) {
    // Only a window that somebody may let it through is worth asking; its message names the command.
    if (held.for === 'place' || (held.for === 'freeze' && (held.window === undefined || !status.message?.includes(`--window ${held.window}`)))) return [];
    const which = held.for === 'freeze' ? `freeze/${held.window ?? ''}` : '0';
    const asks: Asking = { step: 0, ...(held.for === 'approval' ? consentOf(release) : { wanted: 1, users: [], groups: [] }), ...(seen ? { seen: seen() } : {}), ...(held.window === undefined ? {} : { freezeWindow: held.window }) };
    const at = Date.parse(status.waitingSince ?? status.startedAt ?? release.metadata.creationTimestamp ?? status.step.startedAt);
    return [{ ...make(release, status, 'waitsForApproval', '', at, says), key: askingKey(release, which), asks }];
  }
  const again = askingOf(release).find(({ kind }) => kind === 'again');
  if (again) {
    const asks: Asking = { step: again.index + 1, wanted: again.step.approvals, users: again.step.users, groups: again.step.groups, ...(seen ? { seen: seen() } : {}) };
    return [{ ...make(release, status, 'waitsForApproval', '', Date.parse(status.asksAgain?.since ?? status.step.startedAt), says), key: askingKey(release, timesAsked(status).at(-1) ?? 'again'), asks }];
  }
  const { index, startedAt, askedAt } = status.step;
  const planned = release.spec.plan.steps[index];
  const step = planned && consentWanted(release.spec, stepOf(planned));
  const since = planned?.kind === 'approve' ? startedAt : askedAt;
  if (!step || since === undefined || status.phase !== 'Progressing') return [];
  const asks: Asking = { step: index + 1, wanted: step.approvals, users: step.users, groups: step.groups, ...(seen ? { seen: seen() } : {}) };
  return [{ ...make(release, status, 'waitsForApproval', '', Date.parse(since), says), key: askingKey(release, String(index + 1)), asks }];
}

/** What asked once and does not any more. Told of each step that is behind, so that nobody has to remember. */
function settled(release: Release, status: ReleaseStatus): Settled[] {
  const open = new Set(asking(release, status, undefined).map(({ key }) => key));
  const approved = status.log?.findLast(({ code }) => code === 'Approved');
  const refusal = status.abortReason === undefined ? undefined : (entrySays(status, 'Aborting') ?? inText('reason', { reason: status.abortReason }));
  const said = refusal ?? (approved ? bilingual((language) => describeEntry(approved, language)) : inText('goesOn', {}));
  const steps = release.spec.plan.steps.flatMap((planned, index) => (planned.kind === 'approve' || planned.kind === 'analyze' ? [index + 1] : []));
  const asked = ['0', ...windowsOf(status), ...timesAsked(status), ...steps.filter((step) => step <= status.step.index + 1).map(String)];
  const base = make(release, status, 'waitsForApproval', '', 0, [said]);
  return asked.map((which) => askingKey(release, which)).filter((key) => !open.has(key)).map((key) => ({ ...base, key }));
}

/** Each time that it asked again, as the log has it. */
const timesAsked = ({ log = [] }: ReleaseStatus): string[] => log.flatMap(({ code, number }) => (code === 'AsksAgain' ? [`again/${number}`] : []));

/** Windows that the log names; the one that held it is gone from the status when it has begun. */
function windowsOf(status: ReleaseStatus): string[] {
  return [...new Set((status.log ?? []).flatMap((entry) => (entry.arguments['window'] === undefined ? [] : [`freeze/${entry.arguments['window']}`])))];
}

function make(release: Release, status: ReleaseStatus, event: News['event'], which: string, at: number, says: readonly Bilingual[]): News {
  const { namespace = '', uid = '' } = release.metadata;
  return { event, key: `${uid}/${which}`, at: Number.isNaN(at) ? 0 : at, namespace, policy: release.spec.policy, about: toldOf(release, status), says };
}

function toldOf(release: Release, status: ReleaseStatus): ToldRelease {
  const { requests = 0, failures = 0 } = status.evidence?.canary ?? {};
  return {
    kind: 'release', name: release.metadata.name, uid: release.metadata.uid ?? '',
    stable: versionName(release.spec.stable), canary: versionName(release.spec.canary),
    share: status.shares?.accepted?.canary ?? 0,
    step: heldOf(release) ? 0 : status.step.index + 1, steps: release.spec.plan.steps.length, requests, failures,
    ...(status.abortReason === undefined ? {} : { reason: status.abortReason }),
  };
}

/** The last entry of the log with this code, in words. The log keeps the last ones only. */
function entrySays(status: ReleaseStatus, code: MessageCode): Bilingual | undefined {
  const found = status.log?.findLast((each) => each.code === code);
  return found && bilingual((language) => describeEntry(found, language));
}

const bilingual = (text: (language: Language) => string): Bilingual => ({ en: text('en'), zh: text('zh') });
const inText = (code: TextCode, args: Readonly<Record<string, string>>): Bilingual => bilingual((language) => filled(catalogue[code][language], args));
