import { mediaType } from './body.js';

/** The media type of bodies in protobuf. */
export const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';

/** A body as the text that requests carry: UTF-8, but one byte a character where it is no text. */
export function bodyText(bytes: Buffer, contentType: string | undefined): string {
  return bytes.toString(mediaType(contentType) === PROTOBUF_TYPE ? 'latin1' : 'utf8');
}

/** The bytes of a body that is no text. */
export function bodyBytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
