import { Type, type Static } from 'typebox';
import type { ObjectMeta } from '../kubernetes/generated/meta-v1.js';

/** What one person says to one step of one release. Never changed; the API server vouches for who said it. */
export const ApprovalSpecSchema = Type.Object(
  {
    release: Type.String({ minLength: 1, maxLength: 253, description: 'The release.' }),
    releaseUid: Type.String({ minLength: 1, maxLength: 64, description: 'The uid of the release, and so its plan and its images: a later release of the same name asks again.' }),
    step: Type.Integer({ minimum: 0, maximum: 1000, description: 'The step, counted from 1 as people see it; 0 is before it begins.' }),
    approved: Type.Boolean({ description: 'False takes the canary back.' }),
    comment: Type.Optional(Type.String({ maxLength: 1024, description: 'Why.' })),
    user: Type.String({ minLength: 1, maxLength: 253, description: 'Who says it: the user that creates this object.' }),
    groups: Type.Optional(Type.Array(Type.String({ maxLength: 253 }), { maxItems: 64, description: 'Groups of that user that count for it.' })),
    freezeWindow: Type.Optional(Type.String({ minLength: 1, maxLength: 253, description: 'Step 0: lets the release through this FreezeWindow or ClusterFreezeWindow, or rejects it because of it.' })),
    seen: Type.Optional(
      Type.Object(
        {
          plan: Type.String({ maxLength: 64, description: 'The mark of the plan that was shown.' }),
          images: Type.Array(Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }), { maxItems: 64, description: 'The digests of the images of the new version, as far as they were known.' }),
        },
        { description: 'What was shown to whoever says it. Where it is not so any more, the approval does not count and the release asks again.' },
      ),
    ),
    via: Type.Optional(Type.String({ maxLength: 253, description: 'By which door, such as a chat.' })),
  },
  { description: 'What one person says to one step of a release.', 'x-kubernetes-validations': [{ rule: '!has(self.freezeWindow) || self.step == 0', message: 'a freeze window is about the beginning: step 0' }, { rule: 'self == oldSelf', message: 'an approval never changes; make another one' }] },
);
export type ApprovalSpec = Static<typeof ApprovalSpecSchema>;

export interface Approval {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: ApprovalSpec;
}
