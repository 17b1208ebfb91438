import { nginxPage } from '../configuration/nginx-pages.js';

/** An answer that the gateway gives itself. */
export interface LocalReply {
  readonly status: number;
  /** Envoy's response flags. */
  readonly flags: string;
  readonly body: string;
  /** Where a redirect leads. */
  readonly location?: string;
}

/** A reply with the type of its body; none where there is no body, or where the sender says so by other headers. */
export interface WrittenReply {
  readonly status: number;
  readonly body: string;
  readonly contentType: string | undefined;
}

/** What nginx answers where Envoy has these flags. */
const NGINX_STATUS: Readonly<Record<string, number>> = { UF: 502, UC: 502, UT: 504, UH: 503, NC: 503, NR: 404 };

/** Puts a reply into the words of the product whose routes the request follows. */
export function writtenReply({ status, flags, body }: LocalReply, manner: 'nginx' | undefined): WrittenReply {
  if (manner === undefined || flags === '' || body.startsWith(REFUSED)) return { status, body, contentType: body === '' ? undefined : 'text/plain' };
  const known = NGINX_STATUS[flags] ?? status;
  return { status: known, body: nginxPage(known), contentType: 'text/html' };
}

const REFUSED = 'refused: ';

/** Envoy's own answers, in its words. */
export const localReplies = {
  noHealthyUpstream: { status: 503, flags: 'UH', body: 'no healthy upstream' },
  noCluster: { status: 503, flags: 'NC', body: '' },
  noRoute: { status: 404, flags: 'NR', body: '' },
  requestTimeout: { status: 504, flags: 'UT', body: 'upstream request timeout' },
  connectionTermination: {
    status: 503,
    flags: 'UC',
    body: 'upstream connect error or disconnect/reset before headers. reset reason: connection termination',
  },
  /** The path is one that no client may send. */
  badPath: { status: 400, flags: '', body: '' },
  badRequest: { status: 400, flags: 'DPE', body: 'Bad Request' },
} as const satisfies Record<string, LocalReply>;

/** No connection came about. @param problem such as `ECONNREFUSED` */
export function connectFailure(problem: string): LocalReply {
  const reason = `reset reason: remote connection failure, transport failure reason: delayed connect error: ${problem}`;
  return { status: 503, flags: 'UF', body: `upstream connect error or disconnect/reset before headers. ${reason}` };
}

export const faultAbort = (status: number): LocalReply => ({ status, flags: 'FI', body: 'fault filter abort' });

/** A share of a route's requests has nowhere to go. */
export const failedShare = (problem: string): LocalReply => ({ status: 500, flags: 'NC', body: problem });

/** An object asks for something that is not implemented. Not one of Envoy's: real Istio would have done it. */
export const refused = (problem: string): LocalReply => ({ status: 503, flags: 'NC', body: `${REFUSED}${problem}` });

export const unknownHost = (host: string): LocalReply => ({
  status: 502,
  flags: 'NR',
  body: `the local gateway knows no Service or Pod "${host}", and does not pass requests on to the outside`,
});
