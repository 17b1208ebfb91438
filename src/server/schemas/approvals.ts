import { Type, type Static } from 'typebox';
import { ImageUpdateViewSchema } from './images.js';
import { ReleaseSummarySchema } from './release-summary.js';
import { ApprovalsCountSchema, Time } from './words.js';

const asked = {
  wanted: Type.Integer({ description: 'How many people are wanted.' }),
  given: Type.Array(Type.String(), { description: 'Who approved so far.' }),
  users: ApprovalsCountSchema.properties.users,
  groups: ApprovalsCountSchema.properties.groups,
  until: Type.Optional(Time('Until when people may decide.')),
  mine: Type.Boolean({ description: 'Whether the asking person may decide and has not.' }),
};

/** A release that waits for people. */
export const ReleaseApprovalSchema = Type.Object({
  kind: Type.Literal('release'),
  release: ReleaseSummarySchema,
  step: Type.Integer({ description: 'Counts from 1; 0: before it begins.' }),
  ...asked,
});

/** An image that waits for people. */
export const ImageApprovalSchema = Type.Object({ kind: Type.Literal('image'), update: ImageUpdateViewSchema, ...asked });

/** Everything that waits for people. */
export const ApprovalListSchema = Type.Object(
  { items: Type.Array(Type.Union([ReleaseApprovalSchema, ImageApprovalSchema])) },
  { description: 'Everything that waits for people, what the asking person may decide first.' },
);
export type ApprovalItem = Static<typeof ApprovalListSchema>['items'][number];

/** What the list of approvals may be asked for. */
export const ApprovalQuerySchema = Type.Object({ mine: Type.Optional(Type.Boolean({ description: 'Only those that the asking person may decide.' })) });
export type ApprovalQuery = Static<typeof ApprovalQuerySchema>;
