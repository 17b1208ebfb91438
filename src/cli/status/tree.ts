import { hasEnded } from '../../model/release.js';
import type { Role } from '../../model/version.js';
import { metricLine } from '../evidence/words.js';
import type { Colours } from '../output/colours.js';
import { formatCounts, formatShare, plural } from '../output/quantities.js';
import { tableLines } from '../output/table.js';
import { formatClock, formatSpan } from '../output/times.js';
import { treeLines, type TreeNode } from '../output/tree.js';
import { shareKinds, type DrawnPolicy, type DrawnRelease, type DrawnStatus, type DrawnStep, type DrawnVersion, type DrawnWord } from './drawn.js';
import type { PodStatus } from './view.js';

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
export function statusLines(status: DrawnStatus, now: number, colours: Colours, rows = Number.POSITIVE_INFINITY): string[] {
  const [full, ...shorter] = DETAILS;
  let lines = linesWith(status, now, colours, full);
  for (const detail of shorter) if (lines.length > rows) lines = linesWith(status, now, colours, detail);
  return lines;
}

function linesWith({ policy, release, versions, message }: DrawnStatus, now: number, colours: Colours, detail: Detail): string[] {
  const nodes = release ? [releaseNode(release, versions, now, colours, detail)] : versions.map((version) => versionNode(version, colours, detail));
  const root: TreeNode = policy ? { text: policyText(policy, colours), children: nodes } : (nodes[0] ?? { text: '' });
  return [...treeLines(root), '', message];
}

function policyText({ name, phase, what }: DrawnPolicy, colours: Colours): string {
  const colour = phase === 'Refused' ? colours.bad : phase === 'Holding' ? colours.warning : colours.good;
  return `${colours.strong(`policy ${name}`)}  ${colour(phase)}  ${colours.faint(what)}`;
}

function releaseNode(release: DrawnRelease, versions: readonly DrawnVersion[], now: number, colours: Colours, detail: Detail): TreeNode {
  const { name, phase, abortReason, hotfix, metrics, beside } = release;
  const colour = phase === 'Completed' ? colours.good : phase === 'Aborted' || phase === 'Aborting' || phase === 'LettingGo' ? colours.bad : colours.warning;
  const reason = abortReason === undefined ? '' : ` (${abortReason})`;
  const span = formatSpan(release.startedAt, release.endedAt, now);
  const paused = release.paused ? `  ${colours.warning('paused')}` : '';
  return {
    text: `${colours.strong(`release ${name}`)}  ${colour(`${phase}${reason}`)}${paused}  ${colours.faint(span === '' ? '' : hasEnded(phase) ? `took ${span}` : `for ${span}`)}`.trimEnd(),
    children: [
      ...(hotfix === undefined ? [] : [{ text: colours.warning(`hotfix, not judged: ${hotfix}`) }]),
      { text: 'steps', children: release.steps.map((step) => stepNode(step, colours)) },
      ...versions.map((version) => versionNode(version, colours, detail, phase === 'Completed')),
      ...(metrics.length === 0 ? [] : [{ text: 'judged by', children: metrics.map((metric) => ({ text: metricLine(metric, colours) })) }]),
      ...sharesNode(release),
      ...(beside.length === 0 ? [] : [{ text: 'beside shares', children: beside.map((text) => ({ text })) }]),
      ...logNode(release, colours, detail),
    ],
  };
}

function stepNode({ text, state, jobs, said }: DrawnStep, colours: Colours): TreeNode {
  const below = [...jobs.map((job) => ({ text: `Job ${job}` })), ...said.map((each) => ({ text: saidText(each, colours) }))];
  const children = below.length === 0 ? {} : { children: below };
  switch (state) {
    case 'done':
      return { text: `${colours.good('✓')} ${text}`, ...children };
    case 'todo':
      return { text: colours.faint(`· ${text}`), ...children };
    case 'now':
      return { text: `${colours.warning('▶')} ${colours.strong(text)}`, ...children };
    case 'stopped':
      return { text: `${colours.bad('✗')} ${text}`, ...children };
  }
}

function saidText({ approved, user, comment, via, window }: DrawnWord, colours: Colours): string {
  return `${approved ? colours.good('approved') : colours.bad('rejected')}${window === undefined ? '' : ` in ${window}`} by ${user}${via === undefined ? '' : ` via ${via}`}${comment === '' ? '' : `: ${comment}`}`;
}

const ROLES = {
  before: { stable: 'stable', canary: 'canary', other: 'another version' },
  completed: { stable: 'former', canary: 'stable, the former canary,', other: 'another version' },
} as const;

function versionNode({ role, replicaSet, images, wanted, ready, pods, troubles, evidence, hidden = false }: DrawnVersion, colours: Colours, { readyPods }: Detail, completed = false): TreeNode {
  const count = hidden ? 'Pods not shown: you may not see them' : `${ready} of ${wanted} ready`;
  const colour = !hidden && wanted > 0 && ready < wanted ? colours.warning : (text: string): string => text;
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

function sharesNode({ shares }: DrawnRelease): TreeNode[] {
  const known = shareKinds.filter((kind) => shares[kind] !== undefined);
  if (known.length === 0) return [];
  const columns = known.map((kind) => ({ title: kind, text: (role: Role) => formatShare(shares[kind]?.[role]) }));
  // Indented like the branches that are drawn before the rows.
  const [title = '', ...rows] = tableLines([{ title: '   shares', text: (role: Role) => role.padEnd(9) }, ...columns], ['canary', 'stable'] as const);
  return [{ text: title.trimStart(), children: rows.map((text) => ({ text })) }];
}

function logNode({ log }: DrawnRelease, colours: Colours, { logLines }: Detail): TreeNode[] {
  if (log.length === 0) return [];
  return [{ text: 'log', children: log.slice(-logLines).map(({ time, text }) => ({ text: `${colours.faint(formatClock(time))} ${text}` })) }];
}
