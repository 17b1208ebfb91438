/** A peer does not keep to SPDY/3.1; its connection is of no more use. */
export class SpdyError extends Error {
  override readonly name = 'SpdyError';
}
