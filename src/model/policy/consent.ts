import { Type, type Static } from 'typebox';
import { StringEnum } from '../../schema/typebox.js';
import { Duration, Name } from './fields.js';

/** What comes when nobody has decided in time. */
export const unansweredFates = ['Reject', 'Approve', 'Wait'] as const;
export type UnansweredFate = (typeof unansweredFates)[number];

/** Whose consent is wanted, wherever people are asked. */
export const consentFields = {
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: 10, description: 'How many people; 1 when absent.' })),
  users: Type.Optional(Type.Array(Name('A user.'), { minItems: 1, maxItems: 64, description: 'Who may approve, by name.' })),
  groups: Type.Optional(Type.Array(Name('A group.'), { minItems: 1, maxItems: 64, description: 'Who may approve, by group.' })),
  notAuthor: Type.Optional(Type.Boolean({ description: 'Whoever wrote the new version may not approve it. CI says who that is, by the annotation serin.dev/author.' })),
  within: Type.Optional(Duration('How long people may take; without an end when absent.')),
  otherwise: Type.Optional(StringEnum(unansweredFates, { description: 'What comes when nobody has decided within that time. Reject takes the version back, Approve goes on, Wait goes on waiting and says so. Reject when absent.' })),
};

/** A rule: what comes afterwards needs an end. */
export const otherwiseNeedsWithin = { rule: '!has(self.otherwise) || has(self.within)', message: 'otherwise is what comes after within: say how long people may take' };

/** Consent before something begins. */
export const ConsentSchema = Type.Object(consentFields, {
  description: 'Whose consent is wanted. Anyone who may create Approvals when neither users nor groups are named.',
  'x-kubernetes-validations': [otherwiseNeedsWithin],
});
export type Consent = Static<typeof ConsentSchema>;
