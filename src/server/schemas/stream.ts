import { Type } from 'typebox';
import { ReleaseSummarySchema } from './release-summary.js';

/** What the stream may be asked for. */
export const StreamQuerySchema = Type.Object({ namespace: Type.Optional(Type.String({ maxLength: 63, description: 'Only of this namespace.' })) });

/** Data of each event of the stream. */
export const streamSchemas = {
  release: ReleaseSummarySchema,
  gone: Type.Object({ id: Type.String() }, { description: 'A release that is no more.' }),
  policy: Type.Object({ id: Type.String() }, { description: 'A policy that changed, or is no more: read it anew.' }),
  approvals: Type.Object({}, { description: 'Something that waits for people changed: read the list anew.' }),
  reset: Type.Object({}, { description: 'Something was missed: read everything anew.' }),
} as const;
export type StreamEventName = keyof typeof streamSchemas;
