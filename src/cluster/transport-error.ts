/** No answer came: the connection was refused, reset, timed out, or ended in the middle of one. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** Such as `ECONNREFUSED`, `ECONNRESET`, `UND_ERR_SOCKET`, `UND_ERR_HEADERS_TIMEOUT`; empty when unknown. */
  readonly code: string;

  constructor(request: string, cause: unknown) {
    super(`${request}: ${reasonOf(cause)}`, { cause });
    this.code = codeOf(cause);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return 'no answer from the server';
  const code = codeOf(error);
  const hint = REMEDIES[code];
  const text = error.message === '' ? code : error.message;
  return hint === undefined ? text : `${text} (${hint})`;
}

const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'is the API server running at this address?',
  ENOTFOUND: 'the host name of the server is unknown; check "server" in the kubeconfig',
  EAI_AGAIN: 'the host name of the server could not be resolved now',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'give the certificate authority of the server: certificate-authority-data',
  SELF_SIGNED_CERT_IN_CHAIN: 'give the certificate authority of the server: certificate-authority-data',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate authority does not match the server: check certificate-authority-data',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate authority does not match the server: check certificate-authority-data',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name; set "tls-server-name" when that is meant',
  CERT_HAS_EXPIRED: 'the certificate of the server has expired',
};
