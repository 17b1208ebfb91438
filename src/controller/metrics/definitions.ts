import { outcomes as verdicts } from '../../model/evidence-record.js';
import { metricKinds } from '../../model/policy/analysis.js';
import { hasEnded, releasePhases } from '../../model/release.js';
import { policyPhases } from '../../model/release-policy.js';
import { strategyNames } from '../../model/policy/strategies.js';

/** One metric as it is offered, told in the docs and used by the dashboard and the alerts. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Each label with all its values, or with what bounds them. */
  readonly labels: Readonly<Record<string, readonly string[] | string>>;
  /** Upper bounds of a histogram, in its unit. */
  readonly buckets?: readonly number[];
}

const outcomes = ['Completed', 'Aborted'] as const;
const ABORT_REASON = "why a release was taken back, one of the status's `abortReason`; empty where it was completed";

/** What came of one pass of the loop over one policy or release. */
export const passResults = ['done', 'conflict', 'not-leading', 'failed'] as const;
export type PassResult = (typeof passResults)[number];

/** All metrics of the controller itself. None has a label with the name of an object: what there is of it is bounded. */
export const metricDefinitions = {
  releasesEnded: {
    name: 'serin_releases_ended_total', type: 'counter', help: 'Releases that ended, by how they ended.',
    labels: { outcome: outcomes, reason: ABORT_REASON, strategy: strategyNames },
  },
  releaseDuration: {
    name: 'serin_release_duration_seconds', type: 'histogram', help: 'How long releases took from their start to their end.',
    labels: { outcome: outcomes, strategy: strategyNames },
    buckets: [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 28_800, 86_400],
  },
  releases: {
    name: 'serin_releases', type: 'gauge', help: 'Releases under way, by what they do at the moment.',
    labels: { phase: releasePhases.filter((phase) => !hasEnded(phase)) },
  },
  policies: {
    name: 'serin_policies', type: 'gauge', help: 'Policies, by what they do at the moment.',
    labels: { phase: policyPhases },
  },
  pass: {
    name: 'serin_reconcile_duration_seconds', type: 'histogram', help: 'How long one pass over one policy or release took.',
    labels: { kind: ['policy', 'release'], result: passResults },
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  queueDepth: {
    name: 'serin_queue_depth', type: 'gauge', help: 'Policies and releases that are worked on or wait for a worker.', labels: {},
  },
  requests: {
    name: 'serin_api_requests_total', type: 'counter', help: 'Requests to the API server, by how it answered.',
    labels: { verb: ['get', 'list', 'watch', 'create', 'update', 'patch', 'apply', 'delete'], resource: 'the plural of a kind that Serin works with, or `other`', code: 'the HTTP status, or `none` when no answer came' },
  },
  requestDuration: {
    name: 'serin_api_request_duration_seconds', type: 'histogram', help: 'How long requests to the API server took; watches until they were opened.',
    labels: { verb: ['get', 'list', 'watch', 'create', 'update', 'patch', 'apply', 'delete'] },
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  samples: {
    name: 'serin_samples_total', type: 'counter', help: 'Samples of metrics that were judged.',
    labels: { kind: metricKinds },
  },
  unread: {
    name: 'serin_unread_samples_total', type: 'counter', help: 'Tries that brought no sample: there was nothing yet, or the source could not be asked.',
    labels: { kind: metricKinds, reason: ['waiting', 'failed'] },
  },
  verdicts: {
    name: 'serin_verdicts_total', type: 'counter', help: 'Verdicts on metrics of releases, each time one changed.',
    labels: { kind: metricKinds, outcome: verdicts },
  },
  oldestSample: {
    name: 'serin_oldest_sample_seconds', type: 'gauge', help: 'How long ago the metric that has been without a sample the longest had one; 0 when nothing is judged.', labels: {},
  },
  leading: { name: 'serin_leading', type: 'gauge', help: '1 in the process that leads, 0 in those that stand by.', labels: {} },
  ready: { name: 'serin_ready', type: 'gauge', help: '1 when the caches are filled, so that this process could lead at once.', labels: {} },
  build: { name: 'serin_build_info', type: 'gauge', help: 'Always 1.', labels: { version: 'of Serin' } },
} as const satisfies Record<string, MetricDefinition>;
