import { Type, type Static } from 'typebox';
import type { ObjectMeta } from '../kubernetes/generated/meta-v1.js';
import { MapOf, StringEnum } from '../schema/typebox.js';
import { Name } from './policy/fields.js';

export const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

const TimeOfDay = (description: string) => Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', maxLength: 5, description });

/** Times in which no release begins. */
export const FreezeWindowSpecSchema = Type.Object(
  {
    why: Type.String({ minLength: 1, maxLength: 1024, description: 'Told to whoever has to wait.' }),
    timeZone: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Of the times below, such as Europe/Berlin; UTC when absent.' })),
    weekly: Type.Optional(
      Type.Array(
        Type.Object({
          days: Type.Array(StringEnum(weekdays), { minItems: 1, maxItems: 7, description: 'The days it begins on.' }),
          from: TimeOfDay('When it begins, such as 12:00.'),
          to: TimeOfDay('When it ends; the next day where that is not later than its beginning.'),
        }),
        { minItems: 1, maxItems: 32, description: 'Every week.' },
      ),
    ),
    once: Type.Optional(
      Type.Array(
        Type.Object({
          from: Type.String({ format: 'date-time', description: 'When it begins.' }),
          to: Type.String({ format: 'date-time', description: 'When it ends.' }),
        }),
        { minItems: 1, maxItems: 32, description: 'At these times alone.' },
      ),
    ),
    policies: Type.Optional(MapOf(Type.String({ maxLength: 63 }), { description: 'Only policies with these labels; all when absent.' })),
    exceptWith: Type.Optional(
      Type.Object(
        {
          users: Type.Optional(Type.Array(Name('A user.'), { minItems: 1, maxItems: 64, description: 'Who may let one through, by name.' })),
          groups: Type.Optional(Type.Array(Name('A group.'), { minItems: 1, maxItems: 64, description: 'Who may let one through, by group.' })),
        },
        { description: 'Who may let a release through by an Approval that names this window; nobody when absent.', 'x-kubernetes-validations': [{ rule: 'has(self.users) || has(self.groups)', message: 'name users or groups' }] },
      ),
    ),
  },
  {
    description: 'Times in which no release begins. One that is under way goes on.',
    'x-kubernetes-validations': [{ rule: 'has(self.weekly) || has(self.once)', message: 'say when: weekly or once' }],
  },
);
export type FreezeWindowSpec = Static<typeof FreezeWindowSpecSchema>;

/** Of a namespace, or of the whole cluster. */
export interface FreezeWindow {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: FreezeWindowSpec;
}
