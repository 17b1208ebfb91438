import { Type, type Static } from 'typebox';
import type { ObjectMeta } from '../../kubernetes/generated/meta-v1.js';

/** What one person says to one image. Never changed; the API server vouches for who said it. */
export const ImageApprovalSpecSchema = Type.Object(
  {
    imageUpdate: Type.String({ minLength: 1, maxLength: 253, description: 'The ImageUpdate.' }),
    imageUpdateUid: Type.String({ minLength: 1, maxLength: 64, description: 'Its uid, and so the very image.' }),
    approved: Type.Boolean({ description: 'False rejects it.' }),
    comment: Type.Optional(Type.String({ maxLength: 1024, description: 'Why.' })),
    user: Type.String({ minLength: 1, maxLength: 253, description: 'Who says it: the user that creates this object.' }),
    groups: Type.Optional(Type.Array(Type.String({ maxLength: 253 }), { maxItems: 64, description: 'Groups of that user that count for it.' })),
    via: Type.Optional(Type.String({ maxLength: 253, description: 'By which door, such as a chat.' })),
  },
  { description: 'What one person says to an image.', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'an approval never changes; make another one' }] },
);
export type ImageApprovalSpec = Static<typeof ImageApprovalSpecSchema>;

export interface ImageApproval {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: ImageApprovalSpec;
}
