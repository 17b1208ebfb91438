import { BlockList, isIP } from 'node:net';
import type { RoutedRequest } from '../request.js';

/** Says what is wrong with a list of addresses and ranges, such as `10.0.0.0/8,::1`. */
export function rangesProblem(value: string): string | undefined {
  const wrong = rangesOf(value).find(({ address, length, family }) => family === 0 || length < 0 || length > (family === 4 ? 32 : 128) || !isIP(address));
  return wrong === undefined ? undefined : `${wrong.address} is no address and no range of addresses`;
}

/** Whether a request comes from one of the addresses. */
export function compileRanges(value: string): (request: RoutedRequest) => boolean {
  const list = new BlockList();
  for (const { address, length, family } of rangesOf(value)) list.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4');
  return ({ remoteAddress }) => {
    const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/, '');
    return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  };
}

function rangesOf(value: string): { address: string; length: number; family: number }[] {
  return value.split(',').map((part) => {
    const [address = '', length] = part.trim().split('/');
    const family = isIP(address);
    return { address, length: length === undefined ? (family === 6 ? 128 : 32) : /^\d+$/.test(length) ? Number(length) : -1, family };
  });
}

const UNITS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** A size as nginx writes it (`8m`), in bytes; undefined when it is none. */
export function parseSize(value: string): number | undefined {
  const found = /^(\d+)([bkmg]?)$/i.exec(value.trim());
  return found === null ? undefined : Number(found[1]) * (UNITS[(found[2] ?? '').toLowerCase()] ?? 1);
}
