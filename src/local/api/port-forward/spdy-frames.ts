import { SpdyError } from './spdy-error.js';

/** What a peer says, as far as a port-forward needs it. Data comes in pieces: only the last one of a frame bears its `fin`. */
export type Frame =
  | { readonly type: 'open'; readonly stream: number; readonly fin: boolean; readonly headers: Buffer }
  | { readonly type: 'data'; readonly stream: number; readonly fin: boolean; readonly bytes: Buffer }
  | { readonly type: 'reset'; readonly stream: number }
  | { readonly type: 'headers'; readonly stream: number; readonly fin: boolean; readonly headers: Buffer }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'go-away' }
  | { readonly type: 'other' };

/** Why a stream is reset: its opener is refused, or nobody wants it any more. */
export const RESET = { protocolError: 1, refused: 3, cancelled: 5 } as const;

const VERSION = 3;
const HEAD_BYTES = 8;
/** Control frames are small; data frames are read in pieces and may be of any length. */
const MOST_CONTROL_BYTES = 64 * 1024;
const FIN = 0x01;
const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GO_AWAY = 7;
const HEADERS = 8;

/** Cuts what comes in from a peer into frames. */
export class FrameReader {
  #kept: Buffer = Buffer.alloc(0);
  #data: { readonly stream: number; readonly fin: boolean; left: number } | undefined;

  /** @throws SpdyError for what is no SPDY/3.1 */
  *read(chunk: Buffer): Generator<Frame> {
    this.#kept = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]);
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) yield frame;
  }

  #next(): Frame | undefined {
    if (this.#data !== undefined) return this.#piece(this.#data);
    if (this.#kept.length < HEAD_BYTES) return undefined;
    const first = this.#kept.readUInt32BE(0);
    const second = this.#kept.readUInt32BE(4);
    const fin = ((second >>> 24) & FIN) !== 0;
    const length = second & 0xff_ffff;
    if (first >>> 31 === 0) {
      this.#data = { stream: first, fin, left: length };
      this.#take(HEAD_BYTES);
      return this.#piece(this.#data);
    }
    if (((first >>> 16) & 0x7fff) !== VERSION) throw new SpdyError(`it speaks version ${(first >>> 16) & 0x7fff} and not ${VERSION}`);
    if (length > MOST_CONTROL_BYTES) throw new SpdyError('a control frame of it is too long');
    if (this.#kept.length < HEAD_BYTES + length) return undefined;
    this.#take(HEAD_BYTES);
    return control(first & 0xffff, fin, this.#take(length));
  }

  #piece(data: { readonly stream: number; readonly fin: boolean; left: number }): Frame | undefined {
    if (this.#kept.length === 0 && data.left > 0) return undefined;
    const bytes = this.#take(Math.min(data.left, this.#kept.length));
    data.left -= bytes.length;
    if (data.left === 0) this.#data = undefined;
    return { type: 'data', stream: data.stream, bytes, fin: data.fin && data.left === 0 };
  }

  #take(length: number): Buffer {
    const taken = this.#kept.subarray(0, length);
    this.#kept = this.#kept.subarray(length);
    return taken;
  }
}

function control(type: number, fin: boolean, body: Buffer): Frame {
  const number = (place: number): number => {
    if (body.length < place + 4) throw new SpdyError('a control frame of it is too short');
    return body.readUInt32BE(place) & 0x7fff_ffff;
  };
  switch (type) {
    case SYN_STREAM:
      // After the stream: the one that it belongs to, priority and slot.
      return { type: 'open', stream: number(0), fin, headers: body.subarray(10) };
    case HEADERS:
    case SYN_REPLY:
      return { type: 'headers', stream: number(0), fin, headers: body.subarray(4) };
    case RST_STREAM:
      return { type: 'reset', stream: number(0) };
    case PING:
      return { type: 'ping', id: number(0) };
    case GO_AWAY:
      return { type: 'go-away' };
    default:
      // SETTINGS and WINDOW_UPDATE: clients of Kubernetes send none, and wait for none.
      return { type: 'other' };
  }
}

/** Accepts a stream. @param headers a header block */
export const replyFrame = (stream: number, headers: Buffer): Buffer => controlFrame(SYN_REPLY, Buffer.concat([word(stream), headers]));

/** Ends a stream at once, in both directions. */
export const resetFrame = (stream: number, reason: number): Buffer => controlFrame(RST_STREAM, Buffer.concat([word(stream), word(reason)]));

/** Answers a ping. */
export const pingFrame = (id: number): Buffer => controlFrame(PING, word(id));

/** Bytes of a stream, at most 16 MiB. @param fin no more will come */
export function dataFrame(stream: number, bytes: Uint8Array, fin: boolean): Buffer {
  return Buffer.concat([word(stream), word((((fin ? FIN : 0) << 24) | bytes.length) >>> 0), bytes]);
}

function controlFrame(type: number, body: Buffer): Buffer {
  return Buffer.concat([word((0x8000_0000 | (VERSION << 16) | type) >>> 0), word(body.length), body]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
