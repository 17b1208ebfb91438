/** A rule about tags that cannot be used. */
export class TagRuleError extends Error {
  override readonly name = 'TagRuleError';
  /** What to do about it, as a sentence. */
  readonly remedy: string;

  /** @param message goes on after the name of the rule, without a full stop */
  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}
