import { CliError, exitCodes } from '../errors.js';
import { isLoopback } from '../server/listen-address.js';

/**
 * The origin of a server, out of what a person wrote. Anything but an origin is refused without being repeated: it may be a sign-in link
 * or hold a password. Plain http is for loopback addresses alone, because a token goes over it.
 * @throws CliError
 */
export function serverOrigin(text: string): string {
  const wrong = (problem: string): CliError => new CliError(`--server: ${problem}.`, exitCodes.usage);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) throw wrong('it is an address such as https://serin.example.com or http://127.0.0.1:8420');
  if (url.username !== '' || url.password !== '') throw wrong(`leave user and password out of the address of ${url.host}; a token says who you are: --token-file`);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') throw wrong(`give the address alone, without a path: ${url.origin}`);
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) throw wrong(`a token is sent over plain http to this machine only; write https://${url.host}, or forward a port of 127.0.0.1 to it`);
  return url.origin;
}
