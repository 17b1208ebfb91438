import { isIP, isIPv6 } from 'node:net';

/**
 * Where a request came from. Behind a proxy that is trusted, the last entry of `X-Forwarded-For`, which that proxy wrote; what
 * stands before it may have been made up by the client.
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | undefined, trustProxy: boolean): string {
  const last = trustProxy ? forwardedFor?.split(',').at(-1)?.trim() : undefined;
  if (last !== undefined && isIP(last) !== 0) return plain(last);
  return plain(peer ?? '');
}

/** What is limited together: an IPv4 address, or the /64 network of an IPv6 one, all of which one customer has. */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address;
  return expanded(address).slice(0, 4).join(':');
}

/** IPv4 as such, also where it came over a socket of both families. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');

/** The eight groups of an IPv6 address, without its zone. */
function expanded(address: string): string[] {
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array.from({ length: zeros }, () => '0'), ...after].map((group) => group.replace(/^0+(?=.)/, ''));
}
