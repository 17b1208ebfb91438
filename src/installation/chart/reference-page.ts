import { metricDefinitions, type MetricDefinition } from '../../controller/metrics/definitions.js';
import { alerts } from '../monitoring/alerts.js';
import { userRoles } from '../parts/access.js';
import { valuesTable } from './values-file.js';

/** docs/reference/installation.md: values, roles, metrics and alerts, as tables. */
export function installationPage(): string {
  return `# Installation: values, roles, metrics, alerts

<!-- Generated from src/installation by scripts/generate-chart.mjs. Do not edit. -->

How to install: [install.md](../install.md).

## Values

Of the Helm chart \`charts/serin\` and of \`serin install --values\`.

${valuesTable()}
## Roles for people

ClusterRoles; bind them in a namespace with a RoleBinding. The cluster's own roles take them in, so whoever has those needs no other binding.

${table(['role', 'for whoever', 'part of'], userRoles.map(({ name, purpose, takenInBy }) => [`\`${name}\``, purpose, takenInBy.map((each) => `\`${each}\``).join(', ')]))}
## Metrics

At \`/metrics\` of each controller, beside those of Node.js and the process. No label holds the name of an object.

${table(['metric', 'type', 'labels', 'meaning'], Object.values(metricDefinitions as Readonly<Record<string, MetricDefinition>>).map(({ name, type, labels, help }) => [`\`${name}\``, type, labelText(labels), help]))}
## Alerts

In \`charts/serin/alerts/serin.yaml\`, and as a PrometheusRule with \`metrics.alerts\`.

${table(['alert', 'severity', 'when', 'meaning'], alerts.map(({ alert, severity, expr, for: time, description }) => [`\`${alert}\``, severity, `\`${expr}\`${time === '0m' ? '' : ` for ${time}`}`, description]))}`;
}

const labelText = (labels: MetricDefinition['labels']): string =>
  Object.entries(labels).map(([name, values]) => `\`${name}\`: ${typeof values === 'string' ? values : values.map((value) => `\`${value}\``).join(', ')}`).join('; ');

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line), ''].join('\n');
}
