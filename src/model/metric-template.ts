import { Type, type Static } from 'typebox';
import type { ObjectMeta } from '../kubernetes/generated/meta-v1.js';
import { exactlyOne } from './policy/fields.js';
import { placeholders } from './placeholders.js';
import { measureFields, metricKinds } from './policy/analysis.js';

// Helm reads what stands in double braces, so descriptions, which the chart carries, have none.

/** Names of arguments are written between braces, so they are plain. */
const ArgumentName = Type.String({ pattern: '^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?$', maxLength: 63, description: 'The argument. In texts, arguments.NAME in double braces stands for its value.' });

const described = Object.entries(placeholders).map(([name, meaning]) => `${name} (${meaning})`).join(', ');

/** A metric for many policies; what stands in double braces in its texts is filled in when a release begins. */
export const MetricTemplateSpecSchema = Type.Object(
  {
    arguments: Type.Optional(
      Type.Array(Type.Object({ name: ArgumentName, default: Type.Optional(Type.String({ maxLength: 1024, description: 'Its value where a policy gives none; without it, policies must.' })) }), {
        maxItems: 32, description: 'What policies may fill in.', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'],
      }),
    ),
    ...measureFields,
  },
  { description: `A metric for many policies. In all its texts, names in double braces are filled in when a release begins: arguments.NAME, ${described}.`, ...exactlyOne(metricKinds, 'a template is exactly one of errorRate, latency, saturation or condition') },
);
export type MetricTemplateSpec = Static<typeof MetricTemplateSpecSchema>;

/** Of a namespace, or of the whole cluster. */
export interface MetricTemplate {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: MetricTemplateSpec;
}
