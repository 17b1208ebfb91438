import { Type, type Static } from 'typebox';
import { PairSchema, Time } from './words.js';

/** One stretch of a release, for charts. */
export const HistoryPointSchema = Type.Object(
  {
    at: Time('Its end.'),
    seconds: Type.Number({ description: 'How long it is; 0 where only a share changed and its counts say nothing.' }),
    asked: Type.Integer({ description: "The canary's share that the plan asked for at its end, in per mille." }),
    accepted: Type.Integer({ description: 'The one that the routing product had taken over.' }),
    counted: Type.Optional(Type.Integer({ description: 'The one that real requests showed.' })),
    requests: PairSchema,
    failures: PairSchema,
    p99: Type.Optional(
      Type.Object({ stable: Type.Optional(Type.Number()), canary: Type.Optional(Type.Number()) }, { description: 'Latency in milliseconds, at the percentile of the first metric of latency.' }),
    ),
  },
  { description: 'What was seen in one stretch of time: counts of that stretch, not running totals.' },
);
export type HistoryPoint = Static<typeof HistoryPointSchema>;

/** A release over time. */
export const ReleaseHistorySchema = Type.Object(
  {
    points: Type.Array(HistoryPointSchema, { description: 'From first to last.' }),
    percentile: Type.Optional(Type.Number({ description: 'Of the latency; 99 when absent.' })),
  },
  { description: 'A release over time.' },
);
export type ReleaseHistory = Static<typeof ReleaseHistorySchema>;

/** One object that a release wrote. */
export const WrittenObjectSchema = Type.Object(
  {
    kind: Type.String(),
    name: Type.String(),
    namespace: Type.String(),
    yaml: Type.String({ description: 'As it is now, without the bookkeeping of the server.' }),
    before: Type.Optional(Type.String({ description: 'What is put back at the end: as much of it as was found and recorded.' })),
    changed: Type.Array(Type.Integer({ minimum: 1 }), { description: 'Lines of yaml that Serin wrote, counted from 1.' }),
  },
  { description: 'One object that a release wrote or changed.' },
);
export type WrittenObject = Static<typeof WrittenObjectSchema>;

/** All objects that a release wrote. */
export const WrittenObjectsSchema = Type.Object({ items: Type.Array(WrittenObjectSchema) }, { description: 'Objects that a release wrote, those that the asking person may see.' });
