import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';

/** An address to listen at; an empty host means all addresses of this machine. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `:8080`, `127.0.0.1:8080`, `[::1]:8080`. @throws InvalidArgumentError */
export function listenAddress(text: string): ListenAddress {
  const [, host = '', port = ''] = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]*):(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535) throw new InvalidArgumentError('It is an address such as :8080 or 127.0.0.1:8080.');
  return { host: host.replace(/[[\]]/g, ''), port: Number(port) };
}

/** Whether only this machine reaches what listens there. */
export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));
