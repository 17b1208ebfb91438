import { Type, type Static } from 'typebox';
import type { ObjectMeta } from '../../kubernetes/generated/meta-v1.js';
import { StringEnum } from '../../schema/typebox.js';
import { Name } from '../policy/fields.js';

/** Where word of an image came from. */
export const imageSources = ['native', 'dockerHub', 'harbor', 'github', 'quay', 'azure', 'jfrog', 'registry', 'poll', 'cli'] as const;
export type ImageSource = (typeof imageSources)[number];

/** The last six are ends. */
export const imageUpdatePhases = ['Pending', 'WaitingForApproval', 'Applied', 'Reported', 'Rejected', 'Expired', 'Superseded', 'Refused'] as const;
export type ImageUpdatePhase = (typeof imageUpdatePhases)[number];

const immutable = { 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'an ImageUpdate never changes; a new image makes a new one' }] };

/** One image that one policy took up. */
export const ImageUpdateSpecSchema = Type.Object(
  {
    policy: Name('The ImagePolicy.'),
    policyUid: Type.Optional(Type.String({ maxLength: 64, description: 'Its uid.' })),
    image: Type.String({ minLength: 1, maxLength: 512, description: 'The repository.' }),
    tag: Type.String({ minLength: 1, maxLength: 128, description: 'The new tag.' }),
    digest: Type.Optional(Type.String({ pattern: '^sha256:[0-9a-f]{64}$', description: 'Its digest, where that is known.' })),
    from: Type.Optional(Type.String({ maxLength: 640, description: 'The image that ran when word of it came.' })),
    source: StringEnum(imageSources, { description: 'Where word of it came from.' }),
    by: Type.Optional(Type.String({ maxLength: 253, description: 'Who sent it, as the door knows them.' })),
    author: Type.Optional(Type.String({ minLength: 1, maxLength: 253, description: 'Who wrote the version, as the sender says. Where a policy asks for notAuthor, that person may not approve it; where it is absent, nobody can.' })),
    receivedAt: Type.String({ format: 'date-time', description: 'When word of it came.' }),
  },
  { description: 'One image that a policy took up. Immutable.', ...immutable },
);
export type ImageUpdateSpec = Static<typeof ImageUpdateSpecSchema>;

export const ImageUpdateStatusSchema = Type.Object({
  phase: StringEnum(imageUpdatePhases, { description: 'What became of it.' }),
  message: Type.Optional(Type.String({ description: 'The same as a sentence.' })),
  until: Type.Optional(Type.String({ format: 'date-time', description: 'Until when people may decide.' })),
  approvedBy: Type.Optional(Type.Array(Type.String(), { maxItems: 16, description: 'Whose approval counted.' })),
  rejectedBy: Type.Optional(Type.String({ description: 'Who rejected it.' })),
  release: Type.Optional(Type.String({ description: 'The release that it led to, once there is one.' })),
  endedAt: Type.Optional(Type.String({ format: 'date-time' })),
});
export type ImageUpdateStatus = Static<typeof ImageUpdateStatusSchema>;

export interface ImageUpdate {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: ImageUpdateSpec;
  status?: ImageUpdateStatus;
}
