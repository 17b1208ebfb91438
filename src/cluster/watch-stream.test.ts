import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resources } from '../kubernetes/resources.js';
import { linesOf, parseWatchEvent } from './watch-stream.js';

async function* streamOf(chunks: readonly string[]): AsyncGenerator<string> {
  yield* chunks;
}

async function collect(chunks: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(streamOf(chunks))) lines.push(line);
  return lines;
}

describe('lines of a watch', () => {
  it('are the same wherever chunks are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.json({ maxDepth: 1 })), fc.array(fc.nat(200)), async (documents, cuts) => {
        const text = documents.map((each) => `${each}\n`).join('');
        const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
        const chunks = [...places, text.length].map((end, i) => text.slice(i === 0 ? 0 : places[i - 1], end));
        expect(await collect(chunks)).toEqual(documents.filter((each) => each.trim() !== ''));
      }),
    );
  });

  it('leave out a last one that was cut off, and empty ones', async () => {
    expect(await collect(['{"a":1}\r\n\n', '{"b"'])).toEqual(['{"a":1}\r']);
  });
});

describe('a watch event', () => {
  const parse = (value: unknown) => parseWatchEvent(resources.pods, typeof value === 'string' ? value : JSON.stringify(value), 'WATCH /x');

  it('is parsed by its type', () => {
    const metadata = { name: 'a', resourceVersion: '7' };
    expect(parse({ type: 'DELETED', object: { metadata } })).toEqual({ type: 'DELETED', object: { kind: 'Pod', apiVersion: 'v1', metadata } });
    expect(parse({ type: 'BOOKMARK', object: { metadata } })).toEqual({ type: 'BOOKMARK', resourceVersion: '7' });
  });

  it.each(['{', '3', '{"type":"ADDED"}', '{"type":"ADDED","object":{}}', '{"type":"BOOKMARK","object":{"metadata":{}}}', '{"object":{}}'])('is refused when it is %s', (line) => {
    expect(() => parse(line)).toThrow(/^WATCH \/x: /);
  });

  it('throws the Status of an ERROR', () => {
    const status = { kind: 'Status', code: 429, reason: 'TooManyRequests', message: 'busy', details: { retryAfterSeconds: 3 } };
    expect(() => parse({ type: 'ERROR', object: status })).toThrow(expect.objectContaining({ code: 429, retryAfterSeconds: 3 }) as Error);
    expect(() => parse({ type: 'ERROR' })).toThrow(expect.objectContaining({ code: 500 }) as Error);
  });
});
