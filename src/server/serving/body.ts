import type { IncomingMessage } from 'node:http';
import { HttpError, invalid } from '../errors.js';

/**
 * The body of a request, at most so many bytes; nothing beyond is read.
 * @throws HttpError 413, 400 where the client left before its end
 */
export async function readBytes(incoming: IncomingMessage, most: number): Promise<Buffer> {
  const tooLarge = (): HttpError => new HttpError(413, 'too_large', `The body is larger than ${most / 1024} KiB, and that is the most that is read here: send less.`, { connection: 'close' });
  if (Number(incoming.headers['content-length'] ?? 0) > most) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      length += bytes.length;
      if (length > most) throw tooLarge();
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw invalid('The body ended before it was whole: send it again.');
  }
  return Buffer.concat(chunks);
}

/**
 * A body as JSON.
 * @throws HttpError 415 for another content type, 400 for what is no JSON in UTF-8
 */
export async function readJson(incoming: IncomingMessage, most: number): Promise<unknown> {
  const type = (incoming.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new HttpError(415, 'unsupported_media_type', 'The body has to be JSON: send the header "Content-Type: application/json".');
  const bytes = await readBytes(incoming, most);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw invalid('The body is no JSON: look for a missing quote, comma or bracket.');
  }
}
