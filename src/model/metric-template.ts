import { Type, type Static } from 'typebox';
import type { ObjectMeta } from '../kubernetes/generated/meta-v1.js';
import { Name, exactlyOne } from './policy/fields.js';
import { measureFields, metricKinds } from './policy/analysis.js';

/** A metric for many policies. `{{arguments.x}}`, `{{namespace}}`, `{{service}}`, `{{policy}}` in its texts are filled in when a release begins. */
export const MetricTemplateSpecSchema = Type.Object(
  {
    arguments: Type.Optional(
      Type.Array(Type.Object({ name: Name('The argument.'), default: Type.Optional(Type.String({ maxLength: 1024, description: 'Its value where a policy gives none; without it, policies must.' })) }), {
        maxItems: 32, description: 'What policies may fill in.', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'],
      }),
    ),
    ...measureFields,
  },
  { description: 'A metric for many policies.', ...exactlyOne(metricKinds, 'a template is exactly one of errorRate, latency, saturation or condition') },
);
export type MetricTemplateSpec = Static<typeof MetricTemplateSpecSchema>;

/** Of a namespace, or of the whole cluster. */
export interface MetricTemplate {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: MetricTemplateSpec;
}
