import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headerDictionary } from './header-dictionary.js';
import { SpdyError } from './spdy-error.js';
import { dataFrame, FrameReader, pingFrame, replyFrame, resetFrame, type Frame } from './spdy-frames.js';

/** Pieces of the same data frame as one again. */
function joined(frames: readonly Frame[]): unknown[] {
  const whole: unknown[] = [];
  let open: { stream: number; bytes: Buffer } | undefined;
  for (const frame of frames) {
    if (frame.type !== 'data') whole.push(frame);
    else {
      open = { stream: frame.stream, bytes: Buffer.concat([open?.bytes ?? Buffer.alloc(0), frame.bytes]) };
      if (!frame.fin) continue;
      whole.push({ ...open, fin: true });
      open = undefined;
    }
  }
  return whole;
}

describe('frames', () => {
  it('are the same however they are cut', () => {
    const one = fc.oneof(
      fc.record({ stream: fc.integer({ min: 1, max: 999 }), bytes: fc.uint8Array({ maxLength: 300 }) }).map(({ stream, bytes }) => ({ sent: dataFrame(stream, bytes, true), read: { stream, bytes: Buffer.from(bytes), fin: true } as unknown })),
      fc.integer({ min: 1, max: 999 }).map((stream) => ({ sent: resetFrame(stream, 5), read: { type: 'reset', stream } as unknown })),
      fc.integer({ min: 1, max: 999 }).map((id) => ({ sent: pingFrame(id), read: { type: 'ping', id } as unknown })),
      fc.uint8Array({ maxLength: 50 }).map((block) => ({ sent: replyFrame(7, Buffer.from(block)), read: { type: 'headers', stream: 7, fin: false, headers: Buffer.from(block) } as unknown })),
    );
    fc.assert(
      fc.property(fc.array(one, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 200 }), (frames, cuts) => {
        const bytes = Buffer.concat(frames.map(({ sent }) => sent));
        const reader = new FrameReader();
        const read: Frame[] = [];
        for (let place = 0, cut = 0; place < bytes.length; cut += 1) {
          const length = cuts[cut % cuts.length] ?? 1;
          read.push(...reader.read(bytes.subarray(place, place + length)));
          place += length;
        }
        expect(joined(read)).toEqual(frames.map((frame) => frame.read));
      }),
    );
  });

  it.each<[string, Buffer, string]>([
    ['another version', Buffer.from([0x80, 0x02, 0, 1, 0, 0, 0, 0]), 'version 2 and not 3'],
    ['a control frame without end', Buffer.from([0x80, 0x03, 0, 1, 0, 0xff, 0xff, 0xff]), 'too long'],
    ['a control frame that says nothing', Buffer.from([0x80, 0x03, 0, 3, 0, 0, 0, 0]), 'too short'],
  ])('refuse %s', (_name, bytes, says) => {
    expect(() => [...new FrameReader().read(bytes)]).toThrow(SpdyError);
    expect(() => [...new FrameReader().read(bytes)]).toThrow(says);
  });
});

describe('the dictionary', () => {
  it('is the one that zlib names e3c6a7c2', () => {
    let [a, b] = [1, 0];
    for (const byte of headerDictionary()) {
      a = (a + byte) % 65_521;
      b = (b + a) % 65_521;
    }
    expect(((b << 16) | a) >>> 0).toBe(0xe3c6a7c2);
  });
});
