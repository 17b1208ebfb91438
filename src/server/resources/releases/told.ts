import { Type, type Static } from 'typebox';
import Value from 'typebox/value';
import type { ObjectMeta } from '../../../kubernetes/generated/meta-v1.js';
import { actionVerbs } from '../../schemas/release-detail.js';
import { StringEnum } from '../../../schema/typebox.js';

/**
 * On a release: what people told it through the server, as a JSON list of `ToldCommand`. Whoever may write the release may write this,
 * too; the audit log of the server is what nobody can change from there.
 */
export const TOLD_ANNOTATION = 'serin.dev/told';

/** So many commands are kept on one release, the last ones. */
const KEPT = 20;

const ToldCommandSchema = Type.Object({
  time: Type.String({ format: 'date-time' }),
  user: Type.String({ minLength: 1, maxLength: 253 }),
  verb: StringEnum(actionVerbs),
  via: Type.Optional(Type.String({ maxLength: 253 })),
  comment: Type.Optional(Type.String({ maxLength: 1024 })),
});
/** One thing that a person told a release. */
export type ToldCommand = Static<typeof ToldCommandSchema>;

/** What is on record; what cannot be read is left out. */
export function toldOf({ annotations }: Pick<ObjectMeta, 'annotations'>): ToldCommand[] {
  let read: unknown;
  try {
    read = JSON.parse(annotations?.[TOLD_ANNOTATION] ?? '[]');
  } catch {
    return [];
  }
  return Array.isArray(read) ? read.filter((each): each is ToldCommand => Value.Check(ToldCommandSchema, each)) : [];
}

/** The annotation with one more. */
export function withTold(metadata: Pick<ObjectMeta, 'annotations'>, command: ToldCommand): Readonly<Record<string, string>> {
  return { [TOLD_ANNOTATION]: JSON.stringify([...toldOf(metadata), command].slice(-KEPT)) };
}
