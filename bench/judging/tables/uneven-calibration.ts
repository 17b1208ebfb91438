import { seededRandom, type Random } from '../../../src/ports/random.js';
import { neededMargin, releasesOfCounts, tryMargins as tryAll, type MarginRow } from '../../../src/statistics/calibration.js';
import type { CountBlock } from '../../../src/statistics/counts.js';
import { dispersionOf } from '../../../src/statistics/dispersion.js';
import { defaultConfidence, defaultRateSettings } from '../../../src/statistics/rate-settings.js';

export { neededMargin };

export const calibrationRandom = (seed: number): Random => seededRandom(seed + 77);

/** As `serin calibrate` would: releases of half an hour out of the recorded hour. */
export const tryMargins = (recorded: readonly CountBlock[], releases: number, random: Random): MarginRow[] =>
  tryAll(releasesOfCounts(recorded, defaultRateSettings, defaultConfidence), recorded.length, { releases, blocks: 360, stretch: 12 }, defaultConfidence.falseAlarm, random);

/** The noise found in single blocks. */
export const dispersions = (recorded: readonly CountBlock[]): string => (dispersionOf(recorded, [1])[0]?.variation ?? 0).toFixed(2);
