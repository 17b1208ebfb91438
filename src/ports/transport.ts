/** In whose place a request is made. */
export interface Impersonation {
  readonly user: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** One request to a Kubernetes API, as plain data. Header names are lower case. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  /** Path without the query, percent-encoded, such as `/api/v1/namespaces/default/pods`. */
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** In whose place it is made; the server asks whether the caller may. */
  readonly impersonate?: Impersonation;
  /** Ends a request that is under way; a watch has no other end on the client's side. */
  readonly signal?: AbortSignal;
}

/** An answer with its whole body. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer whose body comes bit by bit (watches, followed logs). Chunks need not end at line ends. */
export interface ApiStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: AsyncIterable<string>;
}

/** How requests reach an API server: over sockets, or straight into one in the same process. */
export interface Transport {
  /** @throws Error when no answer came (connection refused, reset, timed out); an HTTP error is an answer. */
  request(request: ApiRequest): Promise<ApiResponse>;
  stream(request: ApiRequest): Promise<ApiStream>;
}
