import { valuesTable } from './values-file.js';

/** The page that chart registries show. */
export function chartReadme(): string {
  return `# Serin

<!-- Generated from src/installation by scripts/generate-chart.mjs. Do not edit. -->

Progressive delivery for Kubernetes: canary, blue/green, rolling and A/B releases of Deployments that stay yours.

\`\`\`text
helm install serin charts/serin --namespace serin-system --create-namespace --set image.repository=registry.example.com/serin
\`\`\`

The definitions of Serin's kinds are part of the templates, so that an upgrade brings them up to date; \`helm uninstall\` leaves them, and with them all policies and releases, on the cluster. \`dashboards/serin.json\` is for Grafana, \`alerts/serin.yaml\` is a rules file for Prometheus; both can be installed as objects by the values below.

${valuesTable()}`;
}
