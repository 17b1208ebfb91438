/** Why a registry gave no answer; the message is a sentence without its end, names the place, and holds no secret. */
export class RegistryProblem extends Error {
  override readonly name = 'RegistryProblem';
  /** How long the registry wants to be left alone, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(message: string, retryAfter?: number) {
    super(message);
    this.retryAfter = retryAfter;
  }
}
