import { createInflate, type ZlibOptions } from 'node:zlib';
import { headerDictionary } from './header-dictionary.js';
import { SpdyError } from './spdy-error.js';

/** Headers of streams are a few words; what is longer is no port-forward. */
const MOST_BYTES = 64 * 1024;
const EMPTY_VALUES = Buffer.alloc(4);
/** Two bytes of zlib, without a dictionary, which a reader then does not use. */
const ZLIB_START = Buffer.from([0x78, 0x01]);
/** A block that holds nothing: it makes the reader hand out what came before. */
const FLUSH = Buffer.from([0x00, 0x00, 0x00, 0xff, 0xff]);

/**
 * The header blocks of one SPDY connection. All blocks of a direction are one zlib stream, so they must come here in
 * the order in which they travel.
 */
export class HeaderBlocks {
  readonly #inflate = createInflate(inflating());
  readonly #closed: Promise<never>;
  #end: (why: Error) => void = () => undefined;
  #sent = false;

  constructor() {
    this.#closed = new Promise((_resolve, reject) => (this.#end = reject));
    this.#closed.catch(() => undefined);
    // What fills the buffer would wait for ever to be read.
    this.#inflate.on('readable', () => this.#inflate.readableLength >= MOST_BYTES && this.#end(new SpdyError('its headers are too long')));
    this.#inflate.on('error', (error) => this.#end(new SpdyError(`its headers cannot be read: ${error.message}`)));
  }

  /**
   * @returns names (in small letters) and values
   * @throws SpdyError for what is no header block; Error once closed
   */
  async read(block: Buffer): Promise<ReadonlyMap<string, string>> {
    if (block.length > MOST_BYTES) throw new SpdyError('its headers are too long');
    const written = new Promise<void>((resolve, reject) => this.#inflate.write(block, (error) => (error ? reject(error) : resolve())));
    written.catch(() => undefined);
    await Promise.race([written, this.#closed]);
    const bytes: unknown = this.#inflate.read();
    return namesAndValues(bytes instanceof Buffer ? bytes : Buffer.alloc(0));
  }

  /** A block without headers, stored and not compressed. */
  empty(): Buffer {
    const head = Buffer.from([0x00, EMPTY_VALUES.length, 0x00, ~EMPTY_VALUES.length & 0xff, 0xff]);
    const start = this.#sent ? [] : [ZLIB_START];
    this.#sent = true;
    return Buffer.concat([...start, head, EMPTY_VALUES, FLUSH]);
  }

  close(): void {
    this.#end(new Error('the connection is closed'));
    this.#inflate.destroy();
  }
}

/** It is a stream like others, which the types do not say. */
const inflating = (): ZlibOptions & { readonly readableHighWaterMark: number } => ({ dictionary: headerDictionary(), readableHighWaterMark: MOST_BYTES });

/** A count, then for each header the length of its name, the name, the length of its value, the value. */
function namesAndValues(bytes: Buffer): ReadonlyMap<string, string> {
  let place = 0;
  const number = (): number => {
    if (place + 4 > bytes.length) throw new SpdyError('its headers end too early');
    place += 4;
    return bytes.readUInt32BE(place - 4);
  };
  const text = (): string => {
    const length = number();
    if (place + length > bytes.length) throw new SpdyError('its headers end too early');
    place += length;
    return bytes.toString('latin1', place - length, place);
  };
  const headers = new Map<string, string>();
  for (let left = number(); left > 0; left -= 1) {
    const name = text().toLowerCase();
    headers.set(name, text());
  }
  return headers;
}
