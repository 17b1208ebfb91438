import type pc from 'picocolors';
import { stepOf } from '../../model/plan.js';
import { hasEnded, type Release } from '../../model/release.js';
import { describeStep } from '../../engine/formatting.js';
import type { DemoState, VersionCounts } from './demo-state.js';

type Colors = ReturnType<typeof pc.createColors>;

const BAR = 40;
const SHOWN_HAPPENINGS = 12;

/** The whole screen of the demo: what it does, the release's steps and shares, requests by version, what happened. */
export function demoScreen(state: DemoState, colours: Colors): string[] {
  return [
    `${colours.bold('serin demo')}  ${colours.dim(`${state.second} s`)}  ${state.doing}`,
    '',
    ...(state.release ? releaseLines(state.release, state, colours) : []),
    ...requestLines(state, colours),
    '',
    ...state.happened.slice(-SHOWN_HAPPENINGS).map(({ second, text, tone }) => `${colours.dim(`${String(second).padStart(4)} s`)}  ${tone === 'good' ? colours.green(text) : tone === 'bad' ? colours.red(text) : text}`),
  ];
}

function releaseLines(release: Release, { recent, canary }: DemoState, colours: Colors): string[] {
  const { status, spec } = release;
  if (!status) return [];
  const { steps } = spec.plan;
  const ended = hasEnded(status.phase);
  const done = status.phase === 'Completed' ? steps.length : Math.min(status.step.index, steps.length);
  const filled = Math.round((BAR * done) / steps.length);
  const failed = status.abortReason !== undefined;
  const bar = `${(failed ? colours.red : colours.green)('█'.repeat(filled))}${colours.dim('░'.repeat(BAR - filled))}`;
  const marks = steps.map((step, index) => mark(describeStep(stepOf(step)), index, status.step.index, ended, colours)).join('  ');
  const share = (shares: { canary: number } | undefined): string => (shares === undefined ? '–' : `${shares.canary / 10} %`);
  const counted = recent[canary] ?? 0;
  return [
    `${colours.bold(release.metadata.name)}  ${status.phase}${status.abortReason === undefined ? '' : `, ${status.abortReason}`}`,
    `${bar}  step ${Math.min(status.step.index + 1, steps.length)} of ${steps.length}`,
    marks,
    `canary's share   asked ${share(status.shares?.asked)}   accepted ${share(status.shares?.accepted)}   counted ${Math.round(counted * 1000) / 10} %`,
    colours.dim(status.message ?? ''),
    '',
  ];
}

function mark(text: string, index: number, present: number, ended: boolean, colours: Colors): string {
  if (index < present) return colours.green(`✓ ${text}`);
  if (index === present && !ended) return colours.bold(`▸ ${text}`);
  return colours.dim(`· ${text}`);
}

function requestLines({ totals, recent, sent, failed }: DemoState, colours: Colors): string[] {
  if (sent === 0) return [];
  return [
    `requests         ${sent} sent, ${failed > 0 ? colours.red(`${failed} failed`) : `${failed} failed`}`,
    ...totals.map((counts) => versionLine(counts, recent[counts.version] ?? 0, colours)),
  ];
}

function versionLine({ version, answered, failed }: VersionCounts, share: number, colours: Colors): string {
  const bar = '█'.repeat(Math.round(share * BAR)).padEnd(BAR, ' ');
  return `  reviews ${version.padEnd(6)} ${bar} ${String(Math.round(share * 100)).padStart(3)} %  ${String(answered).padStart(6)} answered  ${failed > 0 ? colours.red(`${failed} failed`) : '0 failed'}`;
}
