/** A patch that cannot be read or applied. `code` is the HTTP status that a server answers. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
  /** 400 for a document that is no patch, 422 for one that does not fit the object, 500 for a bad strategic merge. */
  readonly code: 400 | 422 | 500;

  constructor(code: 400 | 422 | 500, message: string) {
    super(message);
    this.code = code;
  }
}
