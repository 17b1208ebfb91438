import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from '../../kubernetes/json.js';
import { contentHash } from './content-hash.js';

/** FNV-1a of 64 bits as its definition says it. */
function reference(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

it('is the hash of the text with sorted keys', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    expect(contentHash(value)).toBe(reference(canonicalJson(value)));
  }));
  expect(contentHash({ a: 1, b: 2 })).toBe(contentHash({ b: 2, a: 1 }));
  expect(contentHash({ a: 1 })).not.toBe(contentHash({ a: 2 }));
});
