/** Why a message did not arrive, in one sentence without a secret. */
export class SendFailure extends Error {
  /** Whether it would fail in the same way again. */
  readonly permanent: boolean;
  /** How long whoever was asked wants to be left alone, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(message: string, { permanent = false, retryAfter }: { readonly permanent?: boolean; readonly retryAfter?: number | undefined } = {}) {
    super(message);
    this.name = 'SendFailure';
    this.permanent = permanent;
    this.retryAfter = retryAfter;
  }
}
