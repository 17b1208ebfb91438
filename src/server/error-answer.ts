import { Type, type Static } from 'typebox';
import { StringEnum } from '../schema/typebox.js';
import { ERROR_CODES, type HttpError } from './errors.js';
import { zhOfRefusal } from './resources/texts/sentences.js';

/** The body of every answer that is no success. */
export const ErrorAnswer = Type.Object(
  {
    error: Type.Object(
      {
        code: StringEnum(ERROR_CODES, { description: 'What is wrong, for programs.' }),
        message: Type.String({ description: 'One sentence for people, with the remedy.' }),
        messageZh: Type.Optional(Type.String({ description: 'The same in Chinese; absent where it has not been translated.' })),
        requestId: Type.String({ description: 'By this the log of the server tells more.' }),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);
export type ErrorAnswer = Static<typeof ErrorAnswer>;

/** What is answered for an error, in both languages where its sentence is in a catalogue. */
export function errorAnswer({ code, message }: HttpError, requestId: string): ErrorAnswer {
  const messageZh = zhOfRefusal(message);
  return { error: { code, message, ...(messageZh === undefined ? {} : { messageZh }), requestId } };
}
