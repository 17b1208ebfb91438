import { Type, type Static } from 'typebox';
import { StringEnum } from '../schema/typebox.js';
import { parseDuration } from './duration.js';
import { unansweredFates, type Consent } from './policy/consent.js';

/** What an `approve` step and a beginning have in common. */
export const plannedConsentFields = {
  notAuthor: Type.Optional(Type.Boolean({ description: 'approve: whoever wrote the new version may not.' })),
  otherwise: Type.Optional(StringEnum(unansweredFates, { description: 'approve: what comes when nobody has decided in time; Reject when absent.' })),
};

/** Consent as a release keeps it. */
export const PlannedConsentSchema = Type.Object(
  {
    approvals: Type.Integer({ minimum: 1, description: 'How many people.' }),
    users: Type.Optional(Type.Array(Type.String(), { maxItems: 64, description: 'Who may approve, by name.' })),
    groups: Type.Optional(Type.Array(Type.String(), { maxItems: 64, description: 'Who may approve, by group.' })),
    notAuthor: Type.Optional(Type.Boolean({ description: 'Whoever wrote the new version may not approve it.' })),
    milliseconds: Type.Optional(Type.Integer({ minimum: 0, description: 'How long people may take; without an end when absent.' })),
    otherwise: Type.Optional(StringEnum(unansweredFates, { description: 'What comes when nobody has decided in time; Reject when absent.' })),
  },
  { description: 'Whose consent is wanted.' },
);
export type PlannedConsent = Static<typeof PlannedConsentSchema>;

/** Consent as a policy writes it, for the record of one release or image. */
export function plannedConsent({ count = 1, users, groups, notAuthor, within, otherwise }: Consent): PlannedConsent {
  return {
    approvals: count,
    ...(users === undefined ? {} : { users }),
    ...(groups === undefined ? {} : { groups }),
    ...(notAuthor === undefined ? {} : { notAuthor }),
    ...(within === undefined ? {} : { milliseconds: parseDuration(within) }),
    ...(otherwise === undefined ? {} : { otherwise }),
  };
}
