import { Type, type Static } from 'typebox';
import type { ObjectMeta } from '../kubernetes/generated/meta-v1.js';

/** What one person says to one step of one release. Never changed; the API server vouches for who said it. */
export const ApprovalSpecSchema = Type.Object(
  {
    release: Type.String({ minLength: 1, maxLength: 253, description: 'The release.' }),
    releaseUid: Type.String({ minLength: 1, maxLength: 64, description: 'The uid of the release, and so its plan and its images: a later release of the same name asks again.' }),
    step: Type.Integer({ minimum: 1, maximum: 1000, description: 'The step, counted from 1 as people see it.' }),
    approved: Type.Boolean({ description: 'False takes the canary back.' }),
    comment: Type.Optional(Type.String({ maxLength: 1024, description: 'Why.' })),
    user: Type.String({ minLength: 1, maxLength: 253, description: 'Who says it: the user that creates this object.' }),
    groups: Type.Optional(Type.Array(Type.String({ maxLength: 253 }), { maxItems: 64, description: 'Groups of that user that count for it.' })),
  },
  { description: 'What one person says to one step of a release.', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'an approval never changes; make another one' }] },
);
export type ApprovalSpec = Static<typeof ApprovalSpecSchema>;

export interface Approval {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: ApprovalSpec;
}
