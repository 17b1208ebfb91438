import { expect, it } from 'vitest';
import { helmText } from './helm-text.js';
import { hole, ifSet, integer, REST, set, text, when } from './nodes.js';

it('writes what is fixed as YAML, and the rest in the language of Helm', () => {
  const node = {
    kind: 'Thing',
    count: hole('count'),
    labels: { app: 'x', [REST]: hole('labels') },
    list: [{ name: 'a', port: hole('port') }, when(set('more'), { name: 'b' }), text('--port=', integer('port'))],
    tolerations: ifSet('tolerations'),
    legend: '{{ $labels.kind }}',
    empty: {},
  };
  expect(helmText(when(set('thing'), node))).toBe(`{{- if .Values.thing }}
kind: Thing
count: {{ .Values.count | toJson }}
labels:
  app: x
{{- range $key, $value := .Values.labels }}
  {{ $key | toJson }}: {{ $value | toJson }}
{{- end }}
list:
  - name: a
    port: {{ .Values.port | toJson }}
{{- if .Values.more }}
  - name: b
{{- end }}
  - {{ printf "--port=%s" (.Values.port | int64 | toString) | toJson }}
{{- if .Values.tolerations }}
tolerations: {{ .Values.tolerations | toJson }}
{{- end }}
legend: "{{ "{{" }} $labels.kind {{ "}}" }}"
empty: {}
{{- end }}
`);
});

it('keeps rows of braces of any length from Helm', () => {
  expect(helmText({ says: 'as in {pause: {}}.' })).toBe('says: "as in {pause: {{ "{}}" }}."\n');
  expect(helmText({ says: '{{{a}}}' })).toBe('says: "{{ "{{{" }}a{{ "}}}" }}"\n');
});
