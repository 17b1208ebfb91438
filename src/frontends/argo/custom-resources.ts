import type { CustomResourceColumnDefinition, CustomResourceDefinition, CustomResourceSubresources, JSONSchemaProps } from '../../kubernetes/generated/apiextensions-v1.js';
import type { Resource } from '../../kubernetes/objects.js';
import { objectSchema } from '../../model/custom-resources.js';
import type { StructuralSchema } from '../../schema/structural.js';
import { AnalysisRunSpecSchema, AnalysisRunStatusSchema } from './kinds/analysis.js';
import { ExperimentSpecSchema, ExperimentStatusSchema } from './kinds/experiment.js';
import { AnalysisTemplateSpecSchema } from './kinds/metrics.js';
import { RolloutStatusSchema } from './kinds/rollout-status.js';
import { RolloutSpecSchema } from './kinds/rollout.js';
import { argoResources } from './resources.js';

interface Definition {
  readonly resource: Pick<Resource, 'group' | 'version' | 'kind' | 'plural' | 'namespaced'>;
  readonly description: string;
  readonly spec: object;
  readonly status?: object;
  readonly shortNames: string[];
  readonly columns: CustomResourceColumnDefinition[];
  readonly subresources?: CustomResourceSubresources;
}

const column = (name: string, type: string, jsonPath: string, description?: string): CustomResourceColumnDefinition => ({ name, type, jsonPath, ...(description === undefined ? {} : { description }) });
const age = column('Age', 'date', '.metadata.creationTimestamp');
const template = { spec: AnalysisTemplateSpecSchema, columns: [age] };

// Columns and short names are what users of these kinds are used to.
const definitions: readonly Definition[] = [
  {
    resource: argoResources.rollouts,
    description: 'A program, and how new versions of it go out.',
    spec: RolloutSpecSchema,
    status: RolloutStatusSchema,
    shortNames: ['ro'],
    columns: [
      column('Desired', 'integer', '.spec.replicas', 'Pods that are wanted.'),
      column('Current', 'integer', '.status.replicas', 'Pods that there are.'),
      column('Up-to-date', 'integer', '.status.updatedReplicas', 'Pods of the newest version.'),
      column('Available', 'integer', '.status.availableReplicas', 'Pods that are available.'),
      age,
    ],
    subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.HPAReplicas', labelSelectorPath: '.status.selector' } },
  },
  { resource: argoResources.analysisTemplates, description: 'Metrics for the Rollouts of a namespace.', shortNames: ['at'], ...template },
  { resource: argoResources.clusterAnalysisTemplates, description: 'Metrics for the Rollouts of all namespaces.', shortNames: ['cat'], ...template },
  {
    resource: argoResources.analysisRuns,
    description: 'One analysis, and what it found.',
    spec: AnalysisRunSpecSchema,
    status: AnalysisRunStatusSchema,
    shortNames: ['ar'],
    columns: [column('Status', 'string', '.status.phase', 'Where it stands.'), age],
  },
  {
    resource: argoResources.experiments,
    description: 'Versions that run side by side to be measured.',
    spec: ExperimentSpecSchema,
    status: ExperimentStatusSchema,
    shortNames: ['exp'],
    columns: [column('Status', 'string', '.status.phase', 'Where it stands.'), age],
  },
];

/** The definitions of Argo Rollouts' kinds as Serin serves them; made from the one schema of each. */
export function argoDefinitions(): CustomResourceDefinition[] {
  return definitions.map(({ resource, description, spec, status, shortNames, columns, subresources }) => {
    const { group, version, kind, plural, namespaced } = resource;
    return {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: namespaced ? 'Namespaced' : 'Cluster',
        names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames },
        versions: [
          {
            name: version,
            served: true,
            storage: true,
            additionalPrinterColumns: columns,
            ...(subresources ? { subresources } : {}),
            schema: { openAPIV3Schema: objectSchema(description, spec, status) as JSONSchemaProps },
          },
        ],
      },
    };
  });
}

/** The structural schema of one of these kinds; undefined for others. */
export function schemaOfArgoKind(kind: string): StructuralSchema | undefined {
  const found = definitions.find(({ resource }) => resource.kind === kind);
  return found && objectSchema(found.description, found.spec, found.status);
}
