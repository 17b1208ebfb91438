import { Type, type Static } from 'typebox';
import { ImageUpdateViewSchema } from './images.js';
import { SeenSchema } from './release-detail.js';
import { ReleaseSummarySchema } from './release-summary.js';
import { Sentence } from './words.js';

const uid = Type.String({ minLength: 1, maxLength: 64, description: 'Of what is meant: another one of the same name is refused.' });
const comment = Type.Optional(Type.String({ maxLength: 1024, description: 'Why; goes on record.' }));

/** What is sent with an action on a release. */
export const ReleaseActionSchema = Type.Object(
  {
    uid,
    comment,
    step: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000, description: 'The step that is meant, counted from 1 (0: before it begins); refused where a promotion or a resumption finds the release at another one.' })),
    seen: Type.Optional(SeenSchema),
    to: Type.Optional(Type.String({ minLength: 1, maxLength: 253, description: 'rollback: the version that it was to lead to; refused where it leads to another one by now.' })),
    freezeWindow: Type.Optional(Type.String({ minLength: 1, maxLength: 253, description: 'approve: the freeze window that the release is to be let through.' })),
  },
  { additionalProperties: false },
);
export type ReleaseActionBody = Static<typeof ReleaseActionSchema>;

const said = {
  done: Sentence('What was done.'),
  doneZh: Sentence('The same in Chinese.'),
  next: Sentence('What comes next.'),
  nextZh: Sentence('The same in Chinese.'),
};

/** What came of an action on a release. */
export const ReleaseActionAnswerSchema = Type.Object({ ...said, release: ReleaseSummarySchema });
export type ReleaseActionAnswer = Static<typeof ReleaseActionAnswerSchema>;

/** What is sent with an action on an image. */
export const ImageActionSchema = Type.Object({ uid, comment }, { additionalProperties: false });
export type ImageActionBody = Static<typeof ImageActionSchema>;

/** What came of an action on an image. */
export const ImageActionAnswerSchema = Type.Object({ ...said, update: ImageUpdateViewSchema });
export type ImageActionAnswer = Static<typeof ImageActionAnswerSchema>;
