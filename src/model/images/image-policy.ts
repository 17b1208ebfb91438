import { Type, type Static } from 'typebox';
import type { ObjectMeta } from '../../kubernetes/generated/meta-v1.js';
import { StringEnum } from '../../schema/typebox.js';
import { ConsentSchema } from '../policy/consent.js';
import { Duration, Name, exactlyOne } from '../policy/fields.js';
import { ConditionSchema } from '../release-policy.js';

/** How far a version may be from the one that runs, as Keel calls it. */
export const keelLevels = ['major', 'minor', 'patch', 'all', 'force'] as const;
/** Update changes the workload; Report only says so, for shops where git owns the image. */
export const imageModes = ['Update', 'Report'] as const;
export const tagOrders = ['semver', 'numerical', 'alphabetical'] as const;

const choices = ['semver', 'glob', 'regexp', 'level', 'sameTag'] as const;

/** Which images a workload is to run. */
export const ImagePolicySpecSchema = Type.Object(
  {
    workload: Type.Object(
      {
        deployment: Type.Optional(Name('A Deployment that a ReleasePolicy releases.')),
        policy: Type.Optional(Name('A ReleasePolicy, whose template or Deployment has the image.')),
        rollout: Type.Optional(Name('A Rollout of Argo that Serin runs; by its workloadRef where it has one.')),
        containers: Type.Optional(Type.Array(Name('A container.'), { minItems: 1, maxItems: 16, description: 'Only these containers; all that run the image when absent.' })),
      },
      { description: 'Whose image it is.', ...exactlyOne(['deployment', 'policy', 'rollout'], 'name one of deployment, policy or rollout') },
    ),
    image: Type.Optional(Type.String({ minLength: 1, maxLength: 512, description: 'The repository, with the host of the registry but without a tag, such as 10.0.0.5:5000/shop/web; those that the containers run when absent.' })),
    tags: Type.Object(
      {
        semver: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'A range such as ">=1.2 <2", as npm writes it. Only higher versions than the one that runs.' })),
        glob: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'A pattern such as "build-*".' })),
        regexp: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'A regular expression; a group named compare is what order goes by.' })),
        level: Type.Optional(StringEnum(keelLevels, { description: 'How far from the version that runs: major is any higher version, minor one of the same major, patch one of the same minor, all as major but with pre-releases; force is any tag.' })),
        sameTag: Type.Optional(Type.Boolean({ description: 'The same tag with a new digest.' })),
        order: Type.Optional(StringEnum(tagOrders, { description: 'glob, regexp: what makes a tag higher than another. Without it the one told last is taken, and polling, which has to choose, is refused.' })),
        preReleases: Type.Optional(Type.Boolean({ description: 'semver, level: also pre-releases.' })),
      },
      { description: 'Which tags count.', ...exactlyOne(choices, `say one of ${choices.join(', ')}`) },
    ),
    events: Type.Optional(Type.Boolean({ description: 'Whether webhooks count; true when absent.' })),
    poll: Type.Optional(
      Type.Object(
        {
          every: Duration('How often the registry is asked.', '1m'),
          secret: Type.Optional(Name('A Secret of type kubernetes.io/dockerconfigjson in this namespace.')),
          insecure: Type.Optional(Type.Boolean({ description: 'Plain HTTP.' })),
        },
        { description: 'Ask the registry by its own protocol.' },
      ),
    ),
    approval: Type.Optional(ConsentSchema),
    mode: Type.Optional(StringEnum(imageModes, { description: 'Update changes the image, Report only says that there is a new one. When absent Update, but Report where a GitOps tool owns the image.' })),
    paused: Type.Optional(Type.Boolean({ description: 'Take nothing up.' })),
    historyLimit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'How many ended ImageUpdates are kept; 20 when absent.' })),
  },
  { description: 'Which images a workload is to run, and who has to agree.' },
);
export type ImagePolicySpec = Static<typeof ImagePolicySpecSchema>;

export const ImagePolicyStatusSchema = Type.Object({
  observedGeneration: Type.Optional(Type.Integer()),
  image: Type.Optional(Type.String({ description: 'What runs, as the workload names it.' })),
  latest: Type.Optional(Type.String({ description: 'The highest that was heard of and counts.' })),
  update: Type.Optional(Type.String({ description: 'The ImageUpdate that was made last.' })),
  polledAt: Type.Optional(Type.String({ format: 'date-time', description: 'When the registry answered last.' })),
  digest: Type.Optional(Type.String({ description: 'sameTag: the digest that the tag had last.' })),
  forgotten: Type.Optional(Type.String({ maxLength: 32_768, description: 'Marks of the last 1,000 images that were taken up and whose ImageUpdates are gone, so that word of them that comes again moves nothing.' })),
  message: Type.Optional(Type.String({ description: 'In one sentence what it does or waits for.' })),
  conditions: Type.Optional(Type.Array(ConditionSchema, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })),
});
export type ImagePolicyStatus = Static<typeof ImagePolicyStatusSchema>;

export interface ImagePolicy {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: ImagePolicySpec;
  status?: ImagePolicyStatus;
}
