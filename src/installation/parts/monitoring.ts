import { alertGroups } from '../monitoring/alerts.js';
import { dashboard } from '../monitoring/dashboard.js';
import { hole, NAMESPACE, REST, set, type Node } from '../template/nodes.js';
import { labels, NAME, selector, type Part } from './part.js';

const chosen = { name: NAME, namespace: hole(NAMESPACE), labels: { ...labels, [REST]: hole('metrics.labels') } } as const;

/** What others make of the metrics. */
export const monitoringParts: readonly Part[] = [
  {
    file: 'monitoring',
    kind: 'ServiceMonitor',
    condition: set('metrics.serviceMonitor'),
    object: {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: chosen,
      spec: { selector: { matchLabels: selector }, namespaceSelector: { matchNames: [hole(NAMESPACE)] }, endpoints: [{ port: 'http', path: '/metrics', interval: '30s' }] },
    },
  },
  {
    file: 'monitoring',
    kind: 'PrometheusRule',
    condition: set('metrics.alerts'),
    object: { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata: chosen, spec: { groups: alertGroups() as unknown as Node } },
  },
  {
    file: 'monitoring',
    kind: 'ConfigMap',
    condition: set('metrics.dashboard'),
    object: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'serin-dashboard', namespace: hole(NAMESPACE), labels: { ...labels, grafana_dashboard: '1', [REST]: hole('metrics.labels') } },
      data: { 'serin.json': `${JSON.stringify(dashboard(), undefined, 2)}\n` },
    },
  },
];
