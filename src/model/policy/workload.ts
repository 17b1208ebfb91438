import { Type, type Static } from 'typebox';
import type { PodTemplateSpec } from '../../kubernetes/generated/core-v1.js';
import { AnyObject, MapOf, StringEnum } from '../../schema/typebox.js';
import { Name, exactlyOne } from './fields.js';

const InlineWorkloadSchema = Type.Object(
  {
    replicas: Type.Integer({ minimum: 0, default: 1, description: 'How many Pods the program runs with.' }),
    selector: Type.Object({ matchLabels: MapOf(Type.String(), { minProperties: 1, description: 'Labels that every Pod of the program carries.' }) }, { description: 'Which Pods are of this program; must match the labels of the template.' }),
    template: AnyObject<PodTemplateSpec>({ description: 'The Pod template; a change of it is a new version.' }),
  },
  { description: 'A program that only Serin runs, without a Deployment.' },
);

/** What becomes of a version that users run, once another one is stable. */
export const oldVersionFates = ['ScaleToZero', 'Keep', 'Delete', 'Leave'] as const;

/** What may run a version that users bring. */
export const versionKinds = ['Deployment', 'ReplicaSet'] as const;
export type VersionKind = (typeof versionKinds)[number];

const VersionsSchema = Type.Object(
  {
    list: Type.Array(
      Type.Object({
        deployment: Type.Optional(Name('The Deployment that runs it.')),
        replicaSet: Type.Optional(Name('The ReplicaSet that runs it, in place of a Deployment; all versions of a list are run by the one or the other.')),
        service: Type.Optional(Name('The Service that leads to it alone.')),
        subset: Type.Optional(Type.String({ minLength: 1, maxLength: 63, description: 'Istio: the subset of the one Service that selects its Pods, in a DestinationRule that you keep.' })),
      }, exactlyOne(['deployment', 'replicaSet'], 'name either the deployment or the replicaSet that runs the version')),
      { minItems: 1, maxItems: 16, description: 'The versions, oldest first. The first one is stable to begin with.' },
    ),
    hashLabel: Type.Optional(Type.String({ pattern: '^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$', maxLength: 317, description: 'The label that tells Pods of different versions apart; pod-template-hash when absent, which Deployments give.' })),
    want: Type.Optional(Name('The Deployment or ReplicaSet of the version that is to be released; the last of the list when absent.')),
    replicas: Type.Optional(Type.Integer({ minimum: 0, description: 'How many Pods the stable version runs with; as many as the present stable one when absent.' })),
    old: Type.Optional(StringEnum(oldVersionFates, { description: 'What becomes of the old version at the end, and of the new one after it was taken back where that is Delete: ScaleToZero when absent. Leave: neither is sized any more once it has no traffic.' })),
  },
  { description: 'Versions that run as Deployments or ReplicaSets of their own; Serin moves traffic and sizes.' },
);

export const WorkloadSchema = Type.Object(
  {
    deployment: Type.Optional(Name('A Deployment of the same namespace.')),
    inline: Type.Optional(InlineWorkloadSchema),
    versions: Type.Optional(VersionsSchema),
  },
  { description: 'Whose versions are released.', ...exactlyOne(['deployment', 'inline', 'versions'], 'name either a deployment, an inline workload or versions') },
);
export type WorkloadSpec = Static<typeof WorkloadSchema>;
export type VersionList = Static<typeof VersionsSchema>;
export type ListedVersion = VersionList['list'][number];

/** The name of what runs a version of a list. */
export const nameOfListed = ({ deployment, replicaSet }: Pick<ListedVersion, 'deployment' | 'replicaSet'>): string => deployment ?? replicaSet ?? '';

/** What runs the versions of a list, which are all of one kind. */
export const kindOfVersions = ({ list }: Pick<VersionList, 'list'>): VersionKind => (list.some(({ replicaSet }) => replicaSet !== undefined) ? 'ReplicaSet' : 'Deployment');
