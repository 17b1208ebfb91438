import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Transport } from '../ports/transport.js';
import { tellingWarnings, warningsIn } from './warnings.js';

it('reads the texts of API servers out of a header, and no others', () => {
  expect(warningsIn('')).toEqual([]);
  expect(warningsIn('299 - "v1beta1 is deprecated"')).toEqual(['v1beta1 is deprecated']);
  expect(warningsIn('110 proxy "stale", 299 - "say \\"a, b\\"" "Sat, 25 Aug 2012 23:34:45 GMT",299 - "c:\\\\d"')).toEqual(['say "a, b"', 'c:\\d']);
});

it('reads back whatever is quoted', () => {
  const quoted = (text: string): string => `299 - "${text.replace(/["\\]/g, '\\$&')}"`;
  fc.assert(fc.property(fc.array(fc.string()), (texts) => {
    expect(warningsIn(texts.map(quoted).join(', '))).toEqual(texts);
  }));
});

it('tells each text once', async () => {
  const told: string[] = [];
  const headers = { warning: '299 - "old", 299 - "older"' };
  const answering: Transport = { request: () => Promise.resolve({ status: 200, headers, body: '' }), stream: () => Promise.reject(new Error('no')) };
  const transport = tellingWarnings(answering, (text) => told.push(text));
  await transport.request({ method: 'GET', path: '/' });
  await transport.request({ method: 'GET', path: '/' });
  expect(told).toEqual(['old', 'older']);
});
