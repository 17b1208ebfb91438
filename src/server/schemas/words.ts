import { Type, type TSchema, type TUnion, type TNull } from 'typebox';
import { StringEnum } from '../../schema/typebox.js';

/** A moment, RFC 3339. */
export const Time = (description: string) => Type.String({ format: 'date-time', description });

/** The same sentence in both languages: `name` and `nameZh` side by side. */
export const Sentence = (description: string) => Type.String({ description });

/** A value, or null where there is none at the moment. */
export const OrNull = <T extends TSchema>(schema: T): TUnion<[T, TNull]> => Type.Union([schema, Type.Null()]);

/** Shares of both versions, per mille. */
export const SharesSchema = Type.Object({ stable: Type.Integer(), canary: Type.Integer() }, { description: 'Shares of both versions, in per mille.' });

/** Requests of one version, and how many of them failed. */
export const CountsSchema = Type.Object({ requests: Type.Integer(), failures: Type.Integer() }, { description: 'Requests, and how many of them failed.' });

/** One number for each version. */
export const PairSchema = Type.Object({ stable: Type.Number(), canary: Type.Number() }, { description: 'One number for each version.' });

/** How far something that people are asked for has come. */
export const ApprovalsCountSchema = Type.Object(
  {
    given: Type.Array(Type.String(), { description: 'Who approved so far.' }),
    wanted: Type.Integer({ description: 'How many people are wanted.' }),
    users: Type.Array(Type.String(), { description: 'Who may, by name; anyone with the right where both lists are empty.' }),
    groups: Type.Array(Type.String(), { description: 'Who may, by group.' }),
  },
  { description: 'Whose consent is wanted, and how much of it there is.' },
);

/** What a release or a version stands for in a list. */
export const outcomeNames = ['running', 'completed', 'aborted'] as const;
export type Outcome = (typeof outcomeNames)[number];

/** The two ends of a release, and everything before. */
export const OutcomeSchema = StringEnum(outcomeNames, { description: 'Whether it is under way, or how it ended.' });
