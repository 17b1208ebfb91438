import { Type, type Static } from 'typebox';
import { imageSources, imageUpdatePhases } from '../../model/images/image-update.js';
import { StringEnum } from '../../schema/typebox.js';
import { Time } from './words.js';

/** One image that a policy took up. */
export const ImageUpdateViewSchema = Type.Object(
  {
    id: Type.String({ description: 'namespace/name.' }),
    namespace: Type.String(),
    name: Type.String(),
    uid: Type.String(),
    policy: Type.String({ description: 'The ImagePolicy.' }),
    image: Type.String({ description: 'The repository.' }),
    tag: Type.String(),
    digest: Type.Optional(Type.String()),
    from: Type.Optional(Type.String({ description: 'The image that ran when word of it came.' })),
    source: StringEnum(imageSources),
    by: Type.Optional(Type.String({ description: 'Who sent it.' })),
    receivedAt: Time('When word of it came.'),
    phase: StringEnum(imageUpdatePhases),
    message: Type.String({ description: 'What became of it.' }),
    messageZh: Type.String({ description: 'The same in Chinese.' }),
    release: Type.Optional(Type.String({ description: 'The release that it led to.' })),
  },
  { description: 'One image that a policy took up.' },
);
export type ImageUpdateView = Static<typeof ImageUpdateViewSchema>;

/** Images, the newest first. */
export const ImageListSchema = Type.Object({ items: Type.Array(ImageUpdateViewSchema, { description: 'The newest first.' }) });
