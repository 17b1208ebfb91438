import { Type, type Static } from 'typebox';
import { StringEnum } from '../schema/typebox.js';
import { ERROR_CODES, type HttpError } from './errors.js';

/** The body of every answer that is no success. */
export const ErrorAnswer = Type.Object(
  {
    error: Type.Object(
      {
        code: StringEnum(ERROR_CODES, { description: 'What is wrong, for programs.' }),
        message: Type.String({ description: 'One sentence for people, with the remedy.' }),
        requestId: Type.String({ description: 'By this the log of the server tells more.' }),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);
export type ErrorAnswer = Static<typeof ErrorAnswer>;

export function errorAnswer({ code, message }: HttpError, requestId: string): ErrorAnswer {
  return { error: { code, message, requestId } };
}
