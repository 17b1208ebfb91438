import type { StructuralSchema } from '../../schema/structural.js';

const TEXTS: StructuralSchema = { type: 'object', additionalProperties: { type: 'string' } };

/** How the fields of metadata are owned. */
const METADATA: StructuralSchema = {
  type: 'object',
  properties: {
    annotations: TEXTS,
    creationTimestamp: {},
    deletionGracePeriodSeconds: { type: 'integer' },
    deletionTimestamp: {},
    finalizers: { 'type': 'array', 'items': { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    generateName: { type: 'string' },
    generation: { type: 'integer' },
    labels: TEXTS,
    managedFields: {},
    name: { type: 'string' },
    namespace: { type: 'string' },
    ownerReferences: {
      'type': 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
      'items': { 'type': 'object', 'x-kubernetes-map-type': 'atomic', 'x-kubernetes-preserve-unknown-fields': true },
    },
    resourceVersion: { type: 'string' },
    selfLink: { type: 'string' },
    uid: { type: 'string' },
  },
};

/** The schema with that of metadata filled in: CustomResourceDefinitions leave it out. */
export function withMetadataSchema(schema: StructuralSchema): StructuralSchema {
  if (schema.properties?.['metadata']?.properties?.['ownerReferences'] !== undefined) return schema;
  return { ...schema, properties: { ...schema.properties, metadata: METADATA } };
}
