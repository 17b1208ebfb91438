import { stepOf } from '../../model/plan.js';
import { describeMatch, describeMirrored } from '../../model/match.js';
import { describePreview } from '../../model/preview.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import type { Split } from '../../model/split.js';
import { ownLead } from '../../model/version.js';
import { describeApprovers } from '../../approvals/caller.js';
import { wantedOf } from '../../engine/beginning.js';
import { describeConsent, describeStep } from '../../engine/formatting.js';
import { plannedConsent } from '../../model/planned-consent.js';
import { reachableShares } from '../../routers/service/reachable.js';
import { describeAnalysis } from '../output/analysis-words.js';
import type { Colours } from '../output/colours.js';
import { routerTitle, strategyTitle, workloadTitle } from '../output/policy-words.js';
import { formatShare, plural } from '../output/quantities.js';
import type { PlannedPart, Simulated } from './simulation.js';

/** A plan as data. */
export function planData(policy: ReleasePolicy, { plan, versions, parts }: Simulated): unknown {
  const { stable, canary, replicas, note } = versions;
  const version = ({ name, hash, ...lead }: typeof stable): unknown => ({ name, hash, ...ownLead(lead) });
  return {
    policy: policy.metadata.name, namespace: policy.metadata.namespace, replicas, stable: version(stable), canary: version(canary), note,
    ...(policy.spec.approval === undefined ? {} : { approval: plannedConsent(policy.spec.approval) }),
    steps: plan.steps.map((step, index) => ({ number: index + 1, ...step, text: describeStep(stepOf(step)) })),
    analysis: plan.analysis,
    reachableShares: reachable(policy, replicas),
    parts,
  };
}

/** The shares that Pod counts can show, where they are what splits the traffic. */
function reachable({ spec }: ReleasePolicy, replicas: number): number[] | undefined {
  return spec.router?.service && !spec.strategy.rolling ? reachableShares(replicas) : undefined;
}

/** A plan for a person: what it does, step by step, and what it writes on the way. */
export function planLines(policy: ReleasePolicy, { plan, versions, parts }: Simulated, colours: Colours): string[] {
  const { spec, metadata } = policy;
  const { stable, canary, replicas, note } = versions;
  const shares = reachable(policy, replicas);
  return [
    `${colours.strong(`policy ${metadata.name}`)}: ${strategyTitle(spec.strategy)}, ${routerTitle(spec.router)}, ${workloadTitle(policy)}, ${plural(replicas, 'Pod')}`,
    `from ${stable.name} (${imagesOf(stable.template)}) to ${canary.name} (${imagesOf(canary.template)})`,
    ...(note === undefined ? [] : [note]),
    ...(shares === undefined ? [] : [`${plural(replicas, 'Pod')} can show these shares: ${shares.map(formatShare).join(', ')}.`]),
    '',
    'steps',
    ...(spec.approval === undefined ? [] : [`  0 before it begins: wait for ${describeConsent(wantedOf(plannedConsent(spec.approval)))}, from ${describeApprovers({ users: [], groups: [], ...spec.approval })}`]),
    ...plan.steps.map((step, index) => `  ${index + 1} ${describeStep(stepOf(step))}`),
    ...judgedBy(plan.analysis),
    ...parts.flatMap((part) => ['', ...partLines(part, plan.steps.length, colours)]),
    '',
    `Nothing was changed.`,
  ];
}

function judgedBy(analysis: Simulated['plan']['analysis']): string[] {
  const lines = describeAnalysis(analysis);
  return lines.length === 0 ? ['', 'judged by its Pods alone'] : ['', 'judged by', ...lines.map((line) => `  ${line}`)];
}

const imagesOf = (template: Simulated['versions']['stable']['template']): string => (template.spec?.containers ?? []).map(({ image }) => image ?? '').join(', ');

function partLines({ step, kind, text, pods, split, waits, changes }: PlannedPart, count: number, colours: Colours): string[] {
  const title = step !== undefined ? `step ${step} of ${count}: ${text}` : kind === 'prepare' ? `before step 1: ${text}` : `at the end: ${text}`;
  return [
    colours.strong(title),
    `  Pods: stable ${pods.stable}, canary ${pods.canary}`,
    ...(split ? [`  requests: ${splitText(split)}`] : []),
    ...waits.map((wait) => `  waits: ${wait}`),
    ...(changes.length === 0 ? ['  writes nothing'] : changes.flatMap(({ diff }) => diff.map((line) => coloured(line, colours)))),
  ];
}

/** Who receives which requests, in a line. */
export function splitText({ shares, matches, mirror, mirrors, preview, sticky }: Split): string {
  return [
    `stable ${formatShare(shares.stable)}, canary ${formatShare(shares.canary)}`,
    ...(matches ?? []).map((match) => `${describeMatch(match)} to the canary`),
    ...(mirror === undefined ? [] : [`${formatShare(mirror)} copied to the canary`]),
    ...(mirrors ?? []).map((each) => `${describeMirrored(each)} copied to the canary`),
    ...(preview ? [`preview by ${describePreview(preview)}`] : []),
    ...(sticky ? [`users stay by cookie ${sticky.cookie}`] : []),
  ].join('; ');
}

function coloured(line: string, { good, bad, faint, strong }: Colours): string {
  if (line.startsWith('+++') || line.startsWith('---')) return strong(line);
  if (line.startsWith('@@')) return faint(line);
  return line.startsWith('+') ? good(line) : line.startsWith('-') ? bad(line) : line;
}
