/** What the exit codes of `serin` mean. */
export const exitCodes = {
  /** The command could not do what it was asked to. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** `wait`: the release was taken back. */
  aborted: 3,
  /** `wait`: it had not ended in time. */
  timedOut: 4,
} as const;

/** A failure that the person can do something about: printed as it is, without a stack. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;

  /** @param message names the place and the remedy */
  constructor(message: string, exitCode: number = exitCodes.failed, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
