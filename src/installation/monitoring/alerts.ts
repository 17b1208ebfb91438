import { metricDefinitions } from '../../controller/metrics/definitions.js';

/** One alert, as Prometheus takes it. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: 'critical' | 'warning';
  readonly summary: string;
  /** What it means and what to do. */
  readonly description: string;
}

const { leading, ready, pass, requests, releasesEnded, policies, queueDepth } = metricDefinitions;
/** Reasons that are nobody's failure: a person, a newer version, or the template put back. */
const WANTED = 'AbortedByUser|ApprovalRefused|ApprovalExpired|Superseded|Reverted|PolicyDeleted|ReleaseDeleted|TakenOver|WorkloadGone|Restored';
/** Of several installations, each in a namespace of its own, those that were there within the hour and do not lead: a leader of another one must not hide that. One that was taken away is told of for that hour, because its Pods may as well have been lost. */
const LEADERLESS = `group by (namespace) (present_over_time(${leading.name}[1h])) unless sum by (namespace) (${leading.name}) > 0`;

/** What is worth waking or telling somebody. Each is about Serin, or about many releases at once; one release tells its own people by Events. */
export const alerts: readonly Alert[] = [
  {
    alert: 'SerinNoLeader', severity: 'critical', for: '2m',
    expr: `(sum(${leading.name}) or vector(0)) < 1 or (${LEADERLESS}) and on () sum(${leading.name}) > 0`,
    summary: 'No controller of Serin leads{{ with $labels.namespace }} in {{ . }}{{ end }}.',
    description: 'Releases stay where they are and users keep the versions they have, but nothing goes on and nothing is taken back. Look at the Pods of the Deployment serin and at the Lease serin in their namespace.',
  },
  {
    alert: 'SerinNotReady', severity: 'warning', for: '10m',
    expr: `min(${ready.name}) < 1`,
    summary: 'A controller of Serin cannot fill its caches.',
    description: 'It could not take over from the one that leads. Its log says which kind it cannot read; most often a right is missing.',
  },
  {
    alert: 'SerinReconcileFails', severity: 'warning', for: '10m',
    expr: `sum by (kind) (rate(${pass.name}_count{result="failed"}[5m])) > 0`,
    summary: 'Serin fails again and again at a {{ $labels.kind }}.',
    description: 'It is tried again with growing delays. The log of the controller that leads names the object and the reason.',
  },
  {
    // Longer than the window: one refusal, as of a write into a namespace that is being deleted, says nothing of roles.
    alert: 'SerinForbidden', severity: 'warning', for: '15m',
    expr: `sum by (verb, resource) (increase(${requests.name}{code="403"}[10m])) > 0`,
    summary: 'Serin may not {{ $labels.verb }} {{ $labels.resource }}.',
    description: 'The roles on the cluster are older than the controller, or were changed. Install again: serin install, or helm upgrade.',
  },
  {
    alert: 'SerinApiErrors', severity: 'warning', for: '10m',
    expr: `sum(rate(${requests.name}{code=~"429|5..|none"}[5m])) / sum(rate(${requests.name}[5m])) > 0.05`,
    summary: 'More than 5 % of the requests of Serin to the API server fail.',
    description: 'Releases go on, but slower. Look at the API server: 429 means that it throttles, none that it does not answer.',
  },
  {
    alert: 'SerinReleasesTakenBack', severity: 'warning', for: '0m',
    expr: `sum by (reason) (increase(${releasesEnded.name}{outcome="Aborted",reason!~"${WANTED}"}[1h])) >= 3`,
    summary: 'Three releases within an hour were taken back: {{ $labels.reason }}.',
    description: 'One bad version is what Serin is for; several at once often have one cause, such as a dependency that fails.',
  },
  {
    alert: 'SerinPoliciesRefused', severity: 'warning', for: '15m',
    expr: `max(${policies.name}{phase="Refused"}) > 0`,
    summary: 'Policies cannot be run as they are.',
    description: 'New versions of their programs are not released. Which ones, and why: kubectl get releasepolicies -A -o wide.',
  },
  {
    alert: 'SerinQueueLong', severity: 'warning', for: '10m',
    expr: `max(${queueDepth.name}) > 100`,
    summary: 'Serin does not keep up.',
    description: 'More than a hundred policies and releases wait for a worker. Look at the time of passes, and at how fast the API server answers.',
  },
];

/** As groups of a rules file. */
export function alertGroups(): { readonly name: string; readonly rules: object[] }[] {
  const rules = alerts.map(({ alert, expr, for: time, severity, summary, description }) => ({ alert, expr, for: time, labels: { severity }, annotations: { summary, description } }));
  return [{ name: 'serin', rules }];
}
