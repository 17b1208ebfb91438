/** Why a request to the API came to nothing. `status` 0: the server could not be reached. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: string;
  /** The server's own number of the request, for its log; absent where it gave none. */
  readonly requestId: string | undefined;
  /** The message in Chinese; absent where the server has none. */
  readonly messageZh: string | undefined;

  constructor(status: number, code: string, message: string, requestId?: string, messageZh?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.messageZh = messageZh;
  }
}

/** Reads an answer that is not 2xx: `{error: {code, message, messageZh, requestId}}`, or whatever a proxy put in its place. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const error = errorOf(await response.json().catch((): unknown => undefined));
  return new ApiProblem(response.status, error?.code ?? 'Unknown', error?.message ?? `The server answered ${response.status} ${response.statusText}.`.replace(' .', '.'), error?.requestId, error?.messageZh);
}

function errorOf(body: unknown): { code: string; message: string; requestId?: string; messageZh?: string } | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  const error = body.error;
  if (typeof error !== 'object' || error === null) return undefined;
  if (!('message' in error) || typeof error.message !== 'string' || !('code' in error) || typeof error.code !== 'string') return undefined;
  return {
    code: error.code, message: error.message,
    ...('requestId' in error && typeof error.requestId === 'string' ? { requestId: error.requestId } : {}),
    ...('messageZh' in error && typeof error.messageZh === 'string' ? { messageZh: error.messageZh } : {}),
  };
}
