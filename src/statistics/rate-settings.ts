/** What a comparison of two versions' bad parts tolerates. */
export interface RateSettings {
  /** Rolled back only when the canary is certainly more than so many times as bad as stable. Above 1: real traffic is not as even as dice. */
  readonly worseBy: number;
  /** Promoted when the canary is certainly less than so many times as bad as stable. Above `worseBy`, or those in between wait for ever. */
  readonly acceptBelow: number;
  /** A part that is no trouble whatever stable does, 0 to 1: never rolled back for less. 0 turns it off. */
  readonly negligible: number;
  /**
   * Promoted when certainly less than this part is bad, 0 to 1, whatever stable does: clean services need not wait until next to none is
   * proved. At least `negligible`, or those in between wait for ever. 0 turns it off.
   */
  readonly fine: number;
}

export const defaultRateSettings: RateSettings = { worseBy: 1.5, acceptBelow: 2, negligible: 0.001, fine: 0.005 };

/** How often to be wrong, for one verdict. */
export interface Confidence {
  /** Chance to roll back although the canary is at most `worseBy` times as bad, however often one looks. */
  readonly falseAlarm: number;
  /** Chance to promote although the canary is at least `acceptBelow` times as bad, however often one looks. */
  readonly missed: number;
}

export const defaultConfidence: Confidence = { falseAlarm: 0.01, missed: 0.05 };
