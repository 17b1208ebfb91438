import type { Part } from '../parts/part.js';
import { chartParts } from '../objects.js';
import { alertGroups } from '../monitoring/alerts.js';
import { dashboard } from '../monitoring/dashboard.js';
import { helmText } from '../template/helm-text.js';
import { when } from '../template/nodes.js';
import { yamlText } from '../template/yaml-text.js';
import { chartReadme } from './readme.js';
import { valuesFile } from './values-file.js';
import { valuesSchema } from './values-schema.js';

const GENERATED = 'Generated from src/installation by scripts/generate-chart.mjs. Do not edit.';

/** All files of the Helm chart, by their path in it. @param version Serin's, which the chart has too */
export function chartFiles(version: string): ReadonlyMap<string, string> {
  const byFile = new Map<string, Part[]>();
  for (const part of chartParts) byFile.set(part.file, [...(byFile.get(part.file) ?? []), part]);
  return new Map([
    ['Chart.yaml', chartFile(version)],
    ['values.yaml', `# ${GENERATED}\n${valuesFile()}`],
    ['values.schema.json', `${JSON.stringify(valuesSchema(), undefined, 2)}\n`],
    ['README.md', chartReadme()],
    ['templates/NOTES.txt', NOTES],
    ...[...byFile].map(([file, parts]): [string, string] => [`templates/${file}.yaml`, templateFile(parts)]),
    ['dashboards/serin.json', `${JSON.stringify(dashboard(), undefined, 2)}\n`],
    ['alerts/serin.yaml', `# ${GENERATED}\n${yamlText({ groups: alertGroups() })}`],
  ]);
}

const templateFile = (parts: readonly Part[]): string =>
  `{{- /* ${GENERATED} */ -}}\n${parts.map(({ condition, object }) => withSeparator(helmText(condition === undefined ? object : when(condition, object)), condition !== undefined)).join('')}`;

/** The line that begins a document stands within the condition, so that what is left out leaves nothing. */
function withSeparator(text: string, conditional: boolean): string {
  if (!conditional) return `---\n${text}`;
  const end = text.indexOf('\n') + 1;
  return `${text.slice(0, end)}---\n${text.slice(end)}`;
}

const chartFile = (version: string): string =>
  `# ${GENERATED}\n${yamlText({
    apiVersion: 'v2',
    name: 'serin',
    description: 'Progressive delivery: canary, blue/green, rolling and A/B releases',
    type: 'application',
    version,
    appVersion: version,
    kubeVersion: '>=1.28.0-0',
    keywords: ['progressive delivery', 'canary', 'blue-green', 'a/b testing'],
  })}`;

const NOTES = `Serin {{ .Chart.AppVersion }} runs in namespace {{ .Release.Namespace }}{{ if .Values.watchNamespace }} and works in namespace {{ .Values.watchNamespace }}{{ end }}.
{{ if and (ne .Values.pauseOnChange "never") (not (.Capabilities.APIVersions.Has "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy")) }}
This cluster has no MutatingAdmissionPolicy (Kubernetes 1.36): the Deployments of policies stay paused at rest.
{{ end }}
Wait until it leads:
  kubectl -n {{ .Release.Namespace }} rollout status deployment/serin
{{ if .Values.server.enabled }}
The page{{ if .Values.server.publicUrl }} is at {{ .Values.server.publicUrl }}{{ else }}, from your own machine:
  kubectl -n {{ .Release.Namespace }} port-forward service/serin-server 8080:{{ if .Values.server.tlsSecret }}443{{ else }}80{{ end }}{{ end }}
{{ end }}`;
