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
export const oldVersionFates = ['ScaleToZero', 'Keep', 'Delete'] as const;

const VersionsSchema = Type.Object(
  {
    list: Type.Array(
      Type.Object({
        deployment: Name('The Deployment that runs it.'),
        service: Type.Optional(Name('The Service that leads to it alone.')),
      }),
      { minItems: 1, maxItems: 16, description: 'The versions, oldest first. The first one is stable to begin with.' },
    ),
    want: Type.Optional(Name('The Deployment of the version that is to be released; the last of the list when absent.')),
    replicas: Type.Optional(Type.Integer({ minimum: 0, description: 'How many Pods the stable version runs with; as many as the present stable one when absent.' })),
    old: Type.Optional(StringEnum(oldVersionFates, { description: 'What becomes of the old version at the end: ScaleToZero when absent.' })),
  },
  { description: 'Versions that run as Deployments of their own; Serin moves traffic and sizes.' },
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
