import { canonicalJson } from '../../kubernetes/json.js';

/**
 * A short name for a JSON value, 16 hexadecimal digits: equal values have equal names whatever the order of their keys.
 * It only names; compare the values themselves. (The 64-bit FNV-1a hash of the canonical text.)
 */
export function contentHash(value: unknown): string {
  let [high, low] = [0xcbf29ce4, 0x84222325];
  for (const byte of new TextEncoder().encode(canonicalJson(value))) {
    low = (low ^ byte) >>> 0;
    // Times 2^40 + 0x1b3, in two halves of 32 bits.
    const product = low * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 2 ** 32) + (low << 8)) >>> 0;
    low = product % 2 ** 32;
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}
