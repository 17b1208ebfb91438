import type { CustomResourceDefinition, CustomResourceColumnDefinition, JSONSchemaProps } from '../kubernetes/generated/apiextensions-v1.js';
import type { Resource } from '../kubernetes/objects.js';
import { toStructural, type StructuralSchema } from '../schema/structural.js';
import { ApprovalSpecSchema } from './approval.js';
import { EvidenceSpecSchema } from './evidence-record.js';
import { FreezeWindowSpecSchema } from './freeze-window.js';
import { ImageApprovalSpecSchema } from './images/image-approval.js';
import { ImagePolicySpecSchema, ImagePolicyStatusSchema } from './images/image-policy.js';
import { ImageUpdateSpecSchema, ImageUpdateStatusSchema } from './images/image-update.js';
import { MetricTemplateSpecSchema } from './metric-template.js';
import { NotificationChannelSpecSchema, NotificationChannelStatusSchema } from './notifications/notification-channel.js';
import { PolicySpecSchema, PolicyStatusSchema } from './release-policy.js';
import { ReleaseSpecSchema, ReleaseStatusSchema } from './release.js';
import { serinResources } from './resources.js';

/** What the definition of a kind is made from. */
export interface KindDefinition {
  readonly resource: Pick<Resource, 'group' | 'version' | 'kind' | 'plural' | 'namespaced'>;
  readonly description: string;
  readonly spec: object;
  /** Absent for kinds that only say something. */
  readonly status?: object;
  readonly shortNames: string[];
  /** By which `kubectl get` finds them beside others; `serin` when absent. */
  readonly categories?: string[];
  readonly columns: CustomResourceColumnDefinition[];
}

const age: CustomResourceColumnDefinition = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

const definitions: readonly KindDefinition[] = [
  {
    resource: serinResources.releasePolicies,
    description: 'How new versions of one program are put in front of users.',
    spec: PolicySpecSchema,
    status: PolicyStatusSchema,
    shortNames: ['rp', 'rpol'],
    columns: [
      { name: 'Workload', type: 'string', jsonPath: '.spec.workload.deployment' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
      { name: 'Stable', type: 'string', jsonPath: '.status.stable.replicaSet' },
      { name: 'Release', type: 'string', jsonPath: '.status.release' },
      age,
      { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
    ],
  },
  {
    resource: serinResources.releases,
    description: 'One run of a policy from one version to the next: the frozen plan, the progress, the outcome.',
    spec: ReleaseSpecSchema,
    status: ReleaseStatusSchema,
    shortNames: ['rel'],
    columns: [
      { name: 'Policy', type: 'string', jsonPath: '.spec.policy' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
      { name: 'Step', type: 'string', jsonPath: '.status.progress' },
      { name: 'Share', type: 'string', jsonPath: '.status.share', description: "The canary's accepted share." },
      { name: 'Reason', type: 'string', jsonPath: '.status.abortReason' },
      age,
      { name: 'Stable', type: 'string', jsonPath: '.spec.stable.replicaSet', priority: 1 },
      { name: 'Canary', type: 'string', jsonPath: '.spec.canary.replicaSet', priority: 1 },
      { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
    ],
  },
  {
    resource: serinResources.approvals,
    description: 'What one person says to one step of a release.',
    spec: ApprovalSpecSchema,
    shortNames: ['appr'],
    columns: [
      { name: 'Release', type: 'string', jsonPath: '.spec.release' },
      { name: 'Step', type: 'integer', jsonPath: '.spec.step' },
      { name: 'Approved', type: 'boolean', jsonPath: '.spec.approved' },
      { name: 'User', type: 'string', jsonPath: '.spec.user' },
      age,
      { name: 'Comment', type: 'string', jsonPath: '.spec.comment', priority: 1 },
    ],
  },
  {
    resource: serinResources.evidence,
    description: 'What a release was judged by: samples, and the verdicts that they led to.',
    spec: EvidenceSpecSchema,
    shortNames: [],
    columns: [
      { name: 'Outcome', type: 'string', jsonPath: '.spec.outcome' },
      { name: 'Written', type: 'date', jsonPath: '.spec.writtenAt' },
      age,
      { name: 'Canary', type: 'string', jsonPath: '.spec.canary', priority: 1 },
    ],
  },
  templates(serinResources.metricTemplates, 'A metric for the policies of a namespace.', 'mt'),
  templates(serinResources.clusterMetricTemplates, 'A metric for the policies of all namespaces.', 'cmt'),
  freezes(serinResources.freezeWindows, 'Times in which no release of this namespace begins.', 'fw'),
  freezes(serinResources.clusterFreezeWindows, 'Times in which no release begins.', 'cfw'),
  {
    resource: serinResources.imagePolicies,
    description: 'Which images a workload is to run, and who has to agree.',
    spec: ImagePolicySpecSchema,
    status: ImagePolicyStatusSchema,
    shortNames: ['ipol'],
    columns: [
      { name: 'Image', type: 'string', jsonPath: '.status.image' },
      { name: 'Latest', type: 'string', jsonPath: '.status.latest' },
      { name: 'Update', type: 'string', jsonPath: '.status.update' },
      age,
      { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
    ],
  },
  {
    resource: serinResources.imageUpdates,
    description: 'One image that an ImagePolicy took up, and what became of it.',
    spec: ImageUpdateSpecSchema,
    status: ImageUpdateStatusSchema,
    shortNames: ['iup'],
    columns: [
      { name: 'Policy', type: 'string', jsonPath: '.spec.policy' },
      { name: 'Tag', type: 'string', jsonPath: '.spec.tag' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
      { name: 'Source', type: 'string', jsonPath: '.spec.source' },
      { name: 'Release', type: 'string', jsonPath: '.status.release' },
      age,
      { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
    ],
  },
  {
    resource: serinResources.imageApprovals,
    description: 'What one person says to one image.',
    spec: ImageApprovalSpecSchema,
    shortNames: ['iappr'],
    columns: [
      { name: 'Update', type: 'string', jsonPath: '.spec.imageUpdate' },
      { name: 'Approved', type: 'boolean', jsonPath: '.spec.approved' },
      { name: 'User', type: 'string', jsonPath: '.spec.user' },
      age,
      { name: 'Comment', type: 'string', jsonPath: '.spec.comment', priority: 1 },
    ],
  },
  channels(serinResources.notificationChannels, 'Who is told of what becomes of the releases of a namespace.', 'nch'),
  channels(serinResources.clusterNotificationChannels, 'Who is told of what becomes of releases.', 'cnch'),
];

function freezes(resource: KindDefinition['resource'], description: string, shortName: string): KindDefinition {
  return { resource, description, spec: FreezeWindowSpecSchema, shortNames: [shortName], columns: [{ name: 'Why', type: 'string', jsonPath: '.spec.why' }, { name: 'Zone', type: 'string', jsonPath: '.spec.timeZone' }, age] };
}

function channels(resource: KindDefinition['resource'], description: string, shortName: string): KindDefinition {
  return {
    resource, description,
    spec: NotificationChannelSpecSchema,
    status: NotificationChannelStatusSchema,
    shortNames: [shortName],
    columns: [{ name: 'Sent', type: 'integer', jsonPath: '.status.sent' }, { name: 'Last', type: 'date', jsonPath: '.status.sentAt' }, { name: 'Failed', type: 'integer', jsonPath: '.status.failed' }, age, { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 }],
  };
}

function templates(resource: KindDefinition['resource'], description: string, shortName: string): KindDefinition {
  return {
    resource, description,
    spec: MetricTemplateSpecSchema,
    shortNames: [shortName],
    columns: [
      { name: 'Prometheus', type: 'string', jsonPath: '.spec.from.prometheus.address', priority: 1 },
      { name: 'Web', type: 'string', jsonPath: '.spec.from.web.url', priority: 1 },
      age,
    ],
  };
}

/** The definitions of Serin's own kinds, as a cluster installs them; made from the one schema of each. */
export function customResourceDefinitions(): CustomResourceDefinition[] {
  return definitions.map(definitionOf);
}

/** The definition of a kind, as a cluster installs it. */
export function definitionOf({ resource, description, spec, status, shortNames, categories = ['serin'], columns }: KindDefinition): CustomResourceDefinition {
  const { group, version, kind, plural, namespaced } = resource;
  const singular = kind.toLowerCase();
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: { kind, listKind: `${kind}List`, plural, singular, ...(shortNames.length > 0 ? { shortNames } : {}), categories },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          ...(status === undefined ? {} : { subresources: { status: {} } }),
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: objectSchema(description, spec, status) as JSONSchemaProps },
        },
      ],
    },
  };
}

/** The whole object's structural schema. */
export function objectSchema(description: string, spec: object, status?: object): StructuralSchema {
  return {
    type: 'object',
    description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: toStructural(spec),
      ...(status === undefined ? {} : { status: toStructural(status) }),
    },
  };
}

/** The structural schema of one of our kinds; undefined for others. */
export function schemaOfKind(kind: string): StructuralSchema | undefined {
  const found = definitions.find(({ resource }) => resource.kind === kind);
  return found && objectSchema(found.description, found.spec, found.status);
}
