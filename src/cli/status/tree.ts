import { jobName } from '../../controller/step-job.js';
import { wantedOf } from '../../engine/beginning.js';
import { describeConsent, describeStep } from '../../engine/formatting.js';
import { hasBegun } from '../../model/beginning.js';
import { describeMatch, describeMirrored } from '../../model/match.js';
import { describeEntry } from '../../model/messages.js';
import { stepOf } from '../../model/plan.js';
import { describePreview } from '../../model/preview.js';
import { hasEnded, type Release } from '../../model/release.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { splitOfIntent } from '../../model/split-of-intent.js';
import type { Role } from '../../model/version.js';
import { metricLine } from '../evidence/words.js';
import type { Colours } from '../output/colours.js';
import { formatCounts, formatShare, plural } from '../output/quantities.js';
import { tableLines } from '../output/table.js';
import { formatClock, formatSpan } from '../output/times.js';
import { routerTitle, strategyTitle, workloadTitle } from '../output/policy-words.js';
import { treeLines, type TreeNode } from '../output/tree.js';
import type { PodStatus, StatusView, VersionStatus } from './view.js';

/** How much is shown: everything, or less for a terminal with few lines. */
interface Detail {
  readonly logLines: number;
  /** Whether ready Pods are listed, too. */
  readonly readyPods: boolean;
}

const DETAILS: readonly [Detail, ...Detail[]] = [{ logLines: 6, readyPods: true }, { logLines: 3, readyPods: true }, { logLines: 3, readyPods: false }, { logLines: 1, readyPods: false }];

/**
 * The status as lines for a person; the last one says what it waits for.
 * @param now milliseconds since the epoch @param rows at most so many lines, by leaving details out
 */
export function statusLines(view: StatusView, now: number, colours: Colours, rows = Number.POSITIVE_INFINITY): string[] {
  const [full, ...shorter] = DETAILS;
  let lines = linesWith(view, now, colours, full);
  for (const detail of shorter) if (lines.length > rows) lines = linesWith(view, now, colours, detail);
  return lines;
}

function linesWith({ policy, release, versions, approvals, metrics, message }: StatusView, now: number, colours: Colours, detail: Detail): string[] {
  const nodes = release ? [releaseNode(release, versions, approvals, metrics, now, colours, detail)] : versions.map((version) => versionNode(version, colours, detail));
  const root: TreeNode = policy ? { text: policyText(policy, colours), children: nodes } : (nodes[0] ?? { text: '' });
  return [...treeLines(root), '', message];
}

function policyText(policy: ReleasePolicy, colours: Colours): string {
  const { metadata, spec, status } = policy;
  const phase = status?.phase ?? 'new';
  const colour = phase === 'Refused' ? colours.bad : phase === 'Holding' ? colours.warning : colours.good;
  return `${colours.strong(`policy ${metadata.name}`)}  ${colour(phase)}  ${colours.faint(`${workloadTitle(policy)}, ${[strategyTitle(spec.strategy), routerTitle(spec.router)].filter(Boolean).join(', ')}`)}`;
}

function releaseNode(release: Release, versions: readonly VersionStatus[], approvals: StatusView['approvals'], metrics: StatusView['metrics'], now: number, colours: Colours, detail: Detail): TreeNode {
  const { metadata, status } = release;
  const phase = status?.phase ?? 'Preparing';
  const colour = phase === 'Completed' ? colours.good : phase === 'Aborted' || phase === 'Aborting' || phase === 'LettingGo' ? colours.bad : colours.warning;
  const reason = status?.abortReason === undefined ? '' : ` (${status.abortReason})`;
  const span = formatSpan(status?.startedAt, status?.endedAt, now);
  const paused = release.spec.paused === true && !hasEnded(phase) ? `  ${colours.warning('paused')}` : '';
  return {
    text: `${colours.strong(`release ${metadata.name}`)}  ${colour(`${phase}${reason}`)}${paused}  ${colours.faint(span === '' ? '' : hasEnded(phase) ? `took ${span}` : `for ${span}`)}`.trimEnd(),
    children: [
      ...(release.spec.hotfix === undefined ? [] : [{ text: colours.warning(`hotfix, not judged: ${release.spec.hotfix}`) }]),
      { text: 'steps', children: stepNodes(release, approvals, colours) },
      ...versions.map((version) => versionNode(version, colours, detail, phase === 'Completed')),
      ...(metrics.length === 0 ? [] : [{ text: 'judged by', children: metrics.map((metric) => ({ text: metricLine(metric, colours) })) }]),
      ...sharesNode(release),
      ...besideSharesNode(release),
      ...logNode(release, colours, detail),
    ],
  };
}

function stepNodes(release: Release, approvals: StatusView['approvals'], colours: Colours): TreeNode[] {
  const { spec, status } = release;
  const phase = status?.phase ?? 'Preparing';
  const index = phase === 'Completed' ? spec.plan.steps.length : (status?.step.index ?? 0);
  const given = phase === 'Aborting' || phase === 'Aborted' || phase === 'LettingGo';
  const held = status?.held !== undefined && !given;
  const saidAt = (number: number): TreeNode[] => approvals.filter((each) => each.counts && each.step === number).map((each) => ({ text: saidText(each, colours) }));
  const first = spec.consent !== undefined || held || saidAt(0).length > 0 ? [beginningNode(release, saidAt(0), colours)] : [];
  return [...first, ...spec.plan.steps.map((step, at) => {
    const text = `${at + 1} ${describeStep(stepOf(step))}`;
    const said = saidAt(at + 1);
    const job = step.kind === 'job' && (at < index || (at === index && status?.step.called === true)) ? [{ text: `Job ${jobName(release, at)}` }] : [];
    const children = said.length + job.length === 0 ? {} : { children: [...job, ...said] };
    if (at < index) return { text: `${colours.good('✓')} ${text}`, ...children };
    if (at > index || held) return { text: colours.faint(`· ${text}`), ...children };
    return { text: given ? `${colours.bad('✗')} ${text}` : `${colours.warning('▶')} ${colours.strong(text)}`, ...children };
  })];
}

/** The time before a release begins, where people are asked or a freeze window holds it. */
function beginningNode({ spec, status }: Release, children: TreeNode[], colours: Colours): TreeNode {
  const what = [...(spec.consent ? [describeConsent(wantedOf(spec.consent))] : []), ...(status?.held?.window === undefined ? [] : [`the freeze window ${status.held.window}`])].join(', then for ');
  const text = `0 before it begins${what === '' ? '' : `: wait for ${what}`}`;
  const below = children.length === 0 ? {} : { children };
  if (status?.held) return { text: `${colours.warning('▶')} ${colours.strong(text)}`, ...below };
  return { text: status && hasBegun(status) && status.abortReason !== 'ApprovalExpired' ? `${colours.good('✓')} ${text}` : colours.faint(`· ${text}`), ...below };
}

function saidText({ approved, user, comment, via, window }: StatusView['approvals'][number], colours: Colours): string {
  return `${approved ? colours.good('approved') : colours.bad('rejected')}${window === undefined ? '' : ` in ${window}`} by ${user}${via === undefined ? '' : ` via ${via}`}${comment === '' ? '' : `: ${comment}`}`;
}

/** Requests that reach the canary in another way than by its share. */
function besideSharesNode({ spec, status }: Release): TreeNode[] {
  if (!status || hasEnded(status.phase) || status.intent.routing !== 'split') return [];
  const { matches = [], mirror, mirrors = [], preview, sticky } = splitOfIntent(status.intent, spec.plan, status.phase);
  const texts = [
    ...matches.map((match) => `${describeMatch(match)} to the canary`),
    ...mirrors.map((each) => `copies of ${describeMirrored(each)} to the canary`),
    ...(mirror === undefined ? [] : [`copies of ${formatShare(mirror)} of the requests to the canary`]),
    ...(preview ? [`preview by ${describePreview(preview)}`] : []),
    ...(sticky ? [`users stay with the version that they met, by the cookie ${sticky.cookie}`] : []),
  ];
  return texts.length === 0 ? [] : [{ text: 'beside shares', children: texts.map((text) => ({ text })) }];
}

const ROLES = {
  before: { stable: 'stable', canary: 'canary', other: 'another version' },
  completed: { stable: 'former', canary: 'stable, the former canary,', other: 'another version' },
} as const;

function versionNode({ role, replicaSet, images, wanted, ready, pods, troubles, evidence }: VersionStatus, colours: Colours, { readyPods }: Detail, completed = false): TreeNode {
  const count = `${ready} of ${wanted} ready`;
  const colour = wanted > 0 && ready < wanted ? colours.warning : (text: string): string => text;
  return {
    text: `${ROLES[completed ? 'completed' : 'before'][role]} ${replicaSet}  ${colours.faint(images.join(', '))}  ${colour(count)}`,
    children: [
      ...(evidence ? [{ text: (evidence.failures > 0 ? colours.warning : (text: string): string => text)(formatCounts(evidence)) }] : []),
      ...pods.filter((pod) => readyPods || !pod.ready).map((pod) => podNode(pod, colours)),
      ...troubles.map((text) => ({ text: colours.bad(text) })),
    ],
  };
}

/** One Pod, and how it is. */
export function podNode({ name, state, ready, restarts }: PodStatus, colours: Colours): TreeNode {
  return { text: `Pod ${name}  ${(ready ? colours.good : colours.warning)(state)}${restarts > 0 ? `  ${colours.warning(plural(restarts, 'restart'))}` : ''}` };
}

function sharesNode({ status }: Release): TreeNode[] {
  const shares = status?.shares;
  if (!shares || Object.values(shares).every((each) => each === undefined)) return [];
  const known = (['asked', 'written', 'accepted', 'counted'] as const).filter((kind) => shares[kind] !== undefined);
  const columns = known.map((kind) => ({ title: kind, text: (role: Role) => formatShare(shares[kind]?.[role]) }));
  // Indented like the branches that are drawn before the rows.
  const [title = '', ...rows] = tableLines([{ title: '   shares', text: (role: Role) => role.padEnd(9) }, ...columns], ['canary', 'stable'] as const);
  return [{ text: title.trimStart(), children: rows.map((text) => ({ text })) }];
}

function logNode({ status }: Release, colours: Colours, { logLines }: Detail): TreeNode[] {
  const log = status?.log ?? [];
  if (log.length === 0) return [];
  return [{ text: 'log', children: log.slice(-logLines).map((entry) => ({ text: `${colours.faint(formatClock(entry.time))} ${describeEntry(entry)}` })) }];
}
