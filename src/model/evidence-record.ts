import { Type, type Static } from 'typebox';
import type { ObjectMeta } from '../kubernetes/generated/meta-v1.js';
import { MapOf, StringEnum } from '../schema/typebox.js';
import { metricKinds } from './policy/analysis.js';

export const outcomes = ['pass', 'fail', 'undecided'] as const;

/** Neighbours are merged as a release goes on, so that the points always cover all of it. */
export const POINTS = 60;
/** The last so many changes of a verdict are kept. */
export const VERDICTS = 20;

const Side = (description: string) =>
  Type.Object(
    {
      count: Type.Optional(Type.Number({ description: 'Requests, or Pods.' })),
      bad: Type.Optional(Type.Number({ description: 'errorRate: how many of them were bad.' })),
      value: Type.Optional(Type.Number({ description: 'latency: the percentile, in milliseconds; saturation: the mean.' })),
    },
    { description },
  );

export const EvidencePointSchema = Type.Object(
  {
    at: Type.String({ format: 'date-time', description: 'Its end.' }),
    seconds: Type.Number({ description: 'How long it is.' }),
    stable: Type.Optional(Side('The version that users rely on.')),
    canary: Type.Optional(Side('The version on trial.')),
    value: Type.Optional(Type.Number({ description: 'condition: what was measured.' })),
    measured: Type.Optional(StringEnum(['success', 'failure', 'inconclusive', 'error'] as const, { description: 'condition: what it came to.' })),
  },
  { description: 'Samples of one stretch of time, summed up.' },
);
export type EvidencePoint = Static<typeof EvidencePointSchema>;

export const EvidenceMetricSchema = Type.Object(
  {
    name: Type.String({ description: 'The metric.' }),
    kind: StringEnum(metricKinds),
    dryRun: Type.Optional(Type.Boolean({ description: 'It decides nothing.' })),
    outcome: StringEnum(outcomes, { description: 'What it says so far.' }),
    says: Type.String({ description: 'The same as a sentence.' }),
    problem: Type.Optional(Type.String({ description: 'Why there are no samples at the moment.' })),
    samples: Type.Integer({ description: 'How many counted.' }),
    numbers: Type.Optional(MapOf(Type.Number(), { description: 'The numbers that led to it.' })),
    verdicts: Type.Optional(
      Type.Array(Type.Object({ at: Type.String({ format: 'date-time' }), outcome: StringEnum(outcomes), says: Type.String() }), { maxItems: VERDICTS, description: 'How it came to that; the last changes.' }),
    ),
    points: Type.Optional(Type.Array(EvidencePointSchema, { maxItems: POINTS, description: 'What was seen.' })),
    checkpoint: Type.Optional(Type.String({ maxLength: 16_384, description: 'State of the test, for the next controller.' })),
  },
  { description: 'What is on record of one metric.' },
);
export type EvidenceMetric = Static<typeof EvidenceMetricSchema>;

/** All that a release was judged by; has its name and goes with it. */
export const EvidenceSpecSchema = Type.Object(
  {
    release: Type.String({ description: 'The release.' }),
    canary: Type.String({ description: 'The hash of the version on trial: evidence for one is none for another.' }),
    writtenAt: Type.String({ format: 'date-time' }),
    outcome: StringEnum(outcomes, { description: 'All metrics as one.' }),
    metrics: Type.Array(EvidenceMetricSchema, { maxItems: 16 }),
  },
  { description: 'Samples on record, and the verdicts they led to.' },
);
export type EvidenceSpec = Static<typeof EvidenceSpecSchema>;

export interface EvidenceRecord {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: EvidenceSpec;
}
