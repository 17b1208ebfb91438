import type { Ending } from './ending.js';

/** What must be in the end; sizes follow the Deployment's. */
export interface Outcome {
  readonly policy: string;
  /** With `{n}` for its size. */
  readonly deployment: string;
  /** The one version with Pods and who holds it; none when absent. */
  readonly serving?: string;
  /** v1 and v2 go on running without an owner, in the sizes that they had. */
  readonly bothStay?: true;
  /** The policy holds what has no Pods; otherwise the Deployment does. */
  readonly holdsBack?: true;
  readonly releases: Readonly<Record<string, string>>;
  /** Whether the release must have said what it waits for. */
  readonly waits?: true;
}

const completes: Outcome = { policy: 'Resting', deployment: 'web:v2 x{n}', serving: 'web:v2: {n} Deployment', releases: { 'web-1': 'Completed' } };
const runs = (version: string, releases: Outcome['releases']): Outcome => ({ policy: 'Resting', deployment: `web:${version} x{n}`, serving: `web:${version}: {n} Deployment`, releases });
const holds: Outcome = { policy: 'Holding', deployment: 'web:v2 x{n} paused', serving: 'web:v1: {n} Deployment', holdsBack: true, releases: { 'web-1': 'Aborted AbortedByUser' } };
const left = (reason: string): Outcome => ({ policy: 'gone', deployment: 'web:v2 x{n} paused unlabelled', serving: 'web:v1: {n} Deployment', releases: { 'web-1': `Aborted ${reason}` } });
const ends = (serving?: string, reason = 'WorkloadGone'): Outcome => ({ policy: 'Refused', deployment: 'gone', releases: { 'web-1': `Aborted ${reason}` }, ...(serving === undefined ? {} : { serving: `web:${serving}: 4 nobody` }) });

/** By the words in the table's cells. */
export const outcomes: Readonly<Record<string, Outcome>> = {
  'completes': completes,
  'waits, completes': { ...completes, waits: true },
  'completes, then v3': runs('v3', { 'web-1': 'Completed', 'web-2': 'Completed' }),
  'completes, then v1': runs('v1', { 'web-1': 'Completed', 'web-2': 'Completed' }),
  'completes, left': { ...completes, policy: 'gone', deployment: 'web:v2 x{n} unlabelled' },
  'completes, no record': { ...completes, releases: {} },
  'back, then v3': runs('v3', { 'web-1': 'Aborted Superseded', 'web-2': 'Completed' }),
  'back, rests': runs('v1', { 'web-1': 'Aborted Reverted' }),
  'back, left paused': left('PolicyDeleted'),
  'back, no record': { ...holds, releases: {} },
  'aborted, then v3': runs('v3', { 'web-1': 'Aborted AbortedByUser', 'web-2': 'Completed' }),
  'aborted, rests': runs('v1', { 'web-1': 'Aborted AbortedByUser' }),
  'aborted, holds': holds,
  'aborted, left paused': left('AbortedByUser'),
  'let go': runs('v2', { 'web-1': 'Aborted TakenOver' }),
  'aborted, let go': runs('v2', { 'web-1': 'Aborted AbortedByUser' }),
  'ends': ends(),
  'ends, v1 stays': ends('v1'),
  'ends, v2 stays': ends('v2'),
  'ends, both stay': { ...ends(), bothStay: true },
  'aborted, ends': ends(undefined, 'AbortedByUser'),
  'aborted, v1 stays': ends('v1', 'AbortedByUser'),
};

/** The outcome in the words of an ending, for a Deployment of this size; versions without Pods as they were found when allowed. */
export function expectedEnding(outcome: Outcome, replicas: number, routes: string, found: Ending): Ending {
  const idle = found.versions.filter((version) => version.endsWith(outcome.holdsBack ? ': 0 ReleasePolicy (Deployment)' : ': 0 Deployment'));
  const sized = (text: string): string => text.replaceAll('{n}', String(replicas));
  return {
    policy: outcome.policy,
    deployment: sized(outcome.deployment),
    versions: [...idle, ...(outcome.serving === undefined ? [] : [sized(outcome.serving)]), ...(outcome.bothStay ? leftRunning(found) : [])].sort(),
    releases: { ...outcome.releases },
    routes,
  };
}

const leftRunning = ({ versions }: Ending): string[] => ['web:v1', 'web:v2'].map((image) => versions.find((version) => version.startsWith(image) && / [1-9]\d* nobody$/.test(version)) ?? `${image}: some nobody`);
