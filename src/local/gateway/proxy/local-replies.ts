/** An answer that the gateway gives itself. */
export interface LocalReply {
  readonly status: number;
  /** Envoy's response flags. */
  readonly flags: string;
  readonly body: string;
}

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
  badRequest: { status: 400, flags: 'DPE', body: 'Bad Request' },
} as const satisfies Record<string, LocalReply>;

/** No connection came about. @param problem such as `ECONNREFUSED` */
export function connectFailure(problem: string): LocalReply {
  const reason = `reset reason: remote connection failure, transport failure reason: delayed connect error: ${problem}`;
  return { status: 503, flags: 'UF', body: `upstream connect error or disconnect/reset before headers. ${reason}` };
}

export const faultAbort = (status: number): LocalReply => ({ status, flags: 'FI', body: 'fault filter abort' });

/** An object asks for something that is not implemented. Not one of Envoy's: real Istio would have done it. */
export const refused = (problem: string): LocalReply => ({ status: 503, flags: 'NC', body: `refused: ${problem}` });

export const unknownHost = (host: string): LocalReply => ({
  status: 502,
  flags: 'NR',
  body: `the local gateway knows no Service or Pod "${host}", and does not pass requests on to the outside`,
});
