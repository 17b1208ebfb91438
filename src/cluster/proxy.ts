import { BlockList, isIP } from 'node:net';

/** The proxy that the environment wants for a server: `HTTPS_PROXY` or `HTTP_PROXY`, unless `NO_PROXY` names the server. */
export function proxyFor(server: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (!URL.canParse(server)) return undefined;
  const { protocol, hostname, port } = new URL(server);
  const name = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = env[name] ?? env[name.toLowerCase()];
  if (proxy === undefined || proxy === '') return undefined;
  const host = hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) return undefined;
  const exceptions = (env['NO_PROXY'] ?? env['no_proxy'] ?? '').split(/[\s,]+/).filter((each) => each !== '');
  if (exceptions.some((each) => covers(each, host, port === '' ? (protocol === 'https:' ? '443' : '80') : port))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** One entry of NO_PROXY: `*`, an address, a range of addresses, a domain with all below it; with a port or without. */
function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const range = /^(.+)\/(\d+)$/.exec(entry);
  if (range) return inRange(host, range[1] ?? '', Number(range[2]));
  const [, name = entry, wantedPort] = isIP(entry) === 6 ? [] : (/^\[?([^\]]+?)\]?(?::(\d+))?$/.exec(entry) ?? []);
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const domain = name.replace(/^\*?\./, '').toLowerCase();
  // `.example.org` covers what is below it, `example.org` itself too.
  return host.toLowerCase().endsWith(`.${domain}`) || (domain === host.toLowerCase() && !/^\*?\./.test(name));
}

function inRange(host: string, network: string, prefix: number): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || prefix > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const type = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, prefix, type);
  return list.check(host, type);
}
