import { Type } from 'typebox';
import type { CustomResourceDefinition } from '../../kubernetes/generated/apiextensions-v1.js';
import { definitionOf, type KindDefinition } from '../../model/custom-resources.js';
import { AnyObject } from '../../schema/typebox.js';
import { ApplicationSpecSchema, oamResources } from './application.js';
import { RolloutObjectStatusSchema, rolloutResource, RolloutSpecSchema } from './rollout-object.js';
import { ApplicationStatusSchema } from './status.js';

const age = { name: 'AGE', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const column = (name: string, jsonPath: string, type = 'string') => ({ name, type, jsonPath });

const definitions: readonly KindDefinition[] = [
  {
    resource: oamResources.applications,
    description: 'Components, what is added to them, and how a new version of them goes out.',
    spec: ApplicationSpecSchema,
    status: ApplicationStatusSchema,
    shortNames: ['app'],
    categories: ['oam'],
    columns: [
      column('COMPONENT', '.spec.components[*].name'),
      column('TYPE', '.spec.components[*].type'),
      column('PHASE', '.status.status'),
      column('HEALTHY', '.status.services[*].healthy', 'boolean'),
      column('STATUS', '.status.services[*].message'),
      age,
    ],
  },
  {
    resource: oamResources.applicationRevisions,
    description: 'An Application as it was at some time.',
    spec: AnyObject({ description: 'The Application of that time.' }),
    status: Type.Object({ succeeded: Type.Optional(Type.Boolean({ description: 'Whether it was brought about.' })), workflow: Type.Optional(AnyObject({ description: 'How its workflow went.' })) }),
    shortNames: ['apprev'],
    categories: ['oam'],
    columns: [age, column('PUBLISH_VERSION', ".metadata.annotations['app\\.oam\\.dev\\/publishVersion']"), column('SUCCEEDED', '.status.succeeded')],
  },
  {
    resource: rolloutResource,
    description: 'How far a component is on its way to a revision. Written by Serin for tools that read it; changing it changes nothing.',
    spec: RolloutSpecSchema,
    status: RolloutObjectStatusSchema,
    shortNames: ['rollout'],
    categories: ['oam'],
    columns: [
      column('TARGET', '.status.rolloutTargetSize'),
      column('UPGRADED', '.status.upgradedReplicas'),
      column('READY', '.status.upgradedReadyReplicas'),
      column('BATCH-STATE', '.status.batchRollingState'),
      column('ROLLING-STATE', '.status.rollingState'),
      age,
    ],
  },
];

/** The definitions of KubeVela's kinds that this front end serves, with the columns that people know. */
export function kubevelaDefinitions(): CustomResourceDefinition[] {
  return definitions.map(definitionOf);
}
