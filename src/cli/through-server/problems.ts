import Value from 'typebox/value';
import type { ApiResponse } from '../../ports/transport.js';
import { TransportError } from '../../cluster/transport-error.js';
import { ErrorAnswer } from '../../server/error-answer.js';
import { CliError, exitCodes } from '../errors.js';

/** A server was asked and did not do it: what it said, and its status. */
export class ServerRefusal extends CliError {
  readonly status: number;
  /** Whether a Serin server said it, and nothing that stands before one or in its place. */
  readonly isOwn: boolean;

  constructor(status: number, message: string, isOwn = false) {
    super(message, status === 400 ? exitCodes.usage : exitCodes.failed);
    this.status = status;
    this.isOwn = isOwn;
  }
}

/** No answer came. */
export class ServerLost extends CliError {}

/** Whether there is no such thing, as a Serin server says. */
export const isMissing = (error: unknown): boolean => error instanceof ServerRefusal && error.isOwn && error.status === 404;

/** Whether asking again later may help. */
export const mayPass = (error: unknown): boolean => error instanceof ServerLost || (error instanceof ServerRefusal && (error.status === 429 || error.status >= 500));

/** What an answer that is no success means, in the server's own sentence where it is one of Serin's. */
export function refusalOf(origin: string, { status, headers, body }: Pick<ApiResponse, 'status' | 'headers' | 'body'>): ServerRefusal {
  const said = jsonIn(body);
  if (Value.Check(ErrorAnswer, said)) return new ServerRefusal(status, said.error.message, true);
  if (status >= 300 && status < 400) {
    const { location } = headers;
    const place = location !== undefined && URL.canParse(location, origin) ? new URL(location, origin).origin : 'somewhere else';
    return new ServerRefusal(status, `${origin} leads on to ${place}, where no token is sent. Give that address with --server if it is the server's.`);
  }
  if (status >= 502 && status <= 504) return new ServerRefusal(status, `${origin} answers ${status}: what stands before the server cannot reach it. Try again later, or look at the server.`);
  return new ServerRefusal(status, noServer(origin, `it answers ${status}, and not in its words`).message);
}

/** What answers is something else. */
export const noServer = (origin: string, seen: string): CliError => new CliError(`${origin} is no Serin server: ${seen}. Check --server.`);

/** A server of Serin that speaks of other things. @param seen which */
export const otherVersion = (origin: string, seen: string): CliError => new CliError(`${origin} is a Serin server of another version: ${seen}. Use the serin of its version, or leave --server out.`);

/** The JSON in a text; undefined where it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Why no answer came, with what to do. Anything else is left as it is. */
export function lossOf(origin: string, error: unknown): unknown {
  if (!(error instanceof TransportError)) return error;
  const { code } = error;
  const because = (problem: string): ServerLost => new ServerLost(`${origin} ${problem}.`, exitCodes.failed, { cause: error });
  if (code === 'ECONNREFUSED') return because('takes no connections. Check the address, and that the server runs');
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return because('has a name that leads nowhere at the moment. Check --server');
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return because('shows a certificate for another name. Write the name in --server that the certificate is for');
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return because('shows a certificate that is not valid now. It has to be renewed');
  if (UNTRUSTED.has(code)) return because('shows a certificate that is not trusted. Give whoever signed it with --certificate-authority');
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return because('speaks no TLS there. Check the port in --server');
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET' || code === 'HPE_INVALID_CONSTANT') return because('ended the connection. Check that --server says http or https as the server speaks it, and try again');
  return because(`gives no answer (${code === '' ? 'unknown reason' : code}). Try again later`);
}

const UNTRUSTED: ReadonlySet<string> = new Set(['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_UNTRUSTED', 'CERT_SIGNATURE_FAILURE']);
