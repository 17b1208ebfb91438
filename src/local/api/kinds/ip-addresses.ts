import { isIP } from 'node:net';

const LINK_LOCAL = /^169\.254\.|^fe[89ab][0-9a-f]:/i;
const LINK_LOCAL_MULTICAST = /^224\.0\.0\.|^ff02:/i;

/** What is wrong with a text that should be an IP address. */
export function ipProblems(address: string): string[] {
  return isIP(address) === 0 ? ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'] : [];
}

/** What is wrong with an address that other machines should reach: it may not be one that means something local. */
export function endpointIpProblems(address: string): string[] {
  const problems = ipProblems(address);
  if (problems.length > 0) return problems;
  if (address === '0.0.0.0' || address === '::') return [`may not be unspecified (${address})`];
  if (address.startsWith('127.') || address === '::1') return ['may not be in the loopback range (127.0.0.0/8, ::1/128)'];
  if (LINK_LOCAL.test(address)) return ['may not be in the link-local range (169.254.0.0/16, fe80::/10)'];
  if (LINK_LOCAL_MULTICAST.test(address)) return ['may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'];
  return [];
}
