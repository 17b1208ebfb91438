import type { CanaryStep } from '../../../../src/model/policy/steps.js';
import type { PolicySpec, ReleasePolicy } from '../../../../src/model/release-policy.js';
import { outcomes, type Outcome } from '../../../driver/mid-release/outcomes.js';
import { policy } from '../../../driver/program.js';

/** Who may approve; nobody else. */
export const APPROVER = 'olga';

/** A release whose end is known before. */
export interface Story {
  policy(gate: string): ReleasePolicy;
  /** Of the new version. */
  readonly image: string;
  readonly end: Outcome;
  /** The step, from 0, at which somebody takes it back. */
  readonly abortedAt?: number;
  /** The step, from 0, which APPROVER approves after others have tried to get it through. */
  readonly approvedAt?: number;
  /** How many Jobs and gates it has. */
  readonly checks: number;
}

const known = (name: string): Outcome => {
  const outcome = outcomes[name];
  if (!outcome) throw new Error(`no outcome ${name}`);
  return outcome;
};
const completes = known('completes');
const holds = known('aborted, holds');

const with_ = (strategy: PolicySpec['strategy'], more: Partial<PolicySpec> = {}): ReleasePolicy => {
  const base = policy();
  return { ...base, spec: { ...base.spec, strategy, drain: '1s', readyTimeout: '10m', ...more } };
};
const job: CanaryStep = { job: { template: { spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'check', image: 'check:v1' }] } } } }, timeout: '5m' } };
const gate = (url: string): CanaryStep => ({ gate: { url, timeout: '5m', interval: '1s' } });

/** By name. */
export const stories = {
  'a good canary': {
    policy: (url) => with_({ canary: { steps: [{ weight: 25 }, job, gate(url), { weight: 50 }, { pause: { for: '1s' } }] } }),
    image: 'web:v2', end: completes, checks: 2,
  },
  'a canary taken back': {
    policy: () => with_({ canary: { steps: [{ weight: 50 }, { pause: {} }] } }),
    image: 'web:v2', end: holds, abortedAt: 1, checks: 0,
  },
  'a canary that never gets ready': {
    policy: () => with_({ canary: { steps: [{ weight: 50 }] } }, { readyTimeout: '8s' }),
    image: 'web:never-ready', end: { ...holds, deployment: 'web:never-ready x{n} paused', releases: { 'web-1': 'Aborted CanaryNotReady' } }, checks: 0,
  },
  'rolling': {
    policy: () => with_({ rolling: { batches: ['50%', '100%'], between: [{ pause: { for: '1s' } }], maxSurge: 1 } }),
    image: 'web:v2', end: completes, checks: 0,
  },
  'blue/green': {
    policy: (url) => with_({ blueGreen: { before: [gate(url)], keep: '2s' } }),
    image: 'web:v2', end: completes, checks: 1,
  },
  'an approval': {
    policy: () => with_({ canary: { steps: [{ weight: 25 }, { approve: { users: [APPROVER] } }, { weight: 50 }] } }),
    image: 'web:v2', end: completes, approvedAt: 1, checks: 0,
  },
} as const satisfies Record<string, Story>;

export type StoryName = keyof typeof stories;
