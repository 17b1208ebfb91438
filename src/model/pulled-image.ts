import { Type, type Static } from 'typebox';

/** What one container of the canary turned out to run. */
export const PulledImageSchema = Type.Object({
  container: Type.String({ description: 'The container.' }),
  digest: Type.String({ description: 'The digest of its image.' }),
  since: Type.Optional(Type.String({ format: 'date-time', description: 'Since when Pods have run it; absent while none does.' })),
});
export type PulledImage = Static<typeof PulledImageSchema>;

/** The digest that Pods run in one of their containers. */
export type RunningImage = Pick<PulledImage, 'container' | 'digest'>;

/** What runs of what is on record, as the record has it. */
export const runningOf = (pulled: readonly PulledImage[]): PulledImage[] => pulled.filter(({ since }) => since !== undefined);
