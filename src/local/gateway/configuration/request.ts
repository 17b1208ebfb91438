/** What routing asks of one request. Read only as far as the routes need it. */
export interface RoutedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Without the `?`; undefined when there is none. */
  readonly query: string | undefined;
  readonly authority: string;
  readonly scheme: string;
  /** All values of a header, joined by commas; undefined when absent. @param name in lower case */
  header(name: string): string | undefined;
  /** The values of a header, one for each line of it; absent where lines are not known apart. @param name in lower case */
  headerLines?(name: string): readonly string[];
  /** Whether a body follows; undefined where nobody knows. */
  readonly hasBody?: boolean;
  /** Address of the peer that sent it. */
  readonly remoteAddress: string;
}

/** What balancing may ask of a connection that carries no request. */
export function connectionRequest(remoteAddress: string): RoutedRequest {
  return { method: '', path: '', query: undefined, authority: '', scheme: '', remoteAddress, header: () => undefined };
}

/** Who sends a request, as far as routing may ask. */
export interface Caller {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Whether a header is there and one of its lines passes: Envoy looks at each line by itself. @param name in lower case
 */
export function headerPasses(request: RoutedRequest, name: string, passes: (value: string) => boolean): boolean {
  const lines = request.headerLines?.(name);
  if (lines !== undefined) return lines.some(passes);
  const value = request.header(name);
  return value !== undefined && passes(value);
}

/** The value of a query parameter as it is written, escapes included, as Envoy compares it; the first one of that name. Undefined when absent. */
export function queryParameter(query: string | undefined, name: string): string | undefined {
  for (const part of query?.split('&') ?? []) {
    const at = part.indexOf('=');
    if ((at < 0 ? part : part.slice(0, at)) === name) return at < 0 ? '' : part.slice(at + 1);
  }
  return undefined;
}

/** The value of a cookie; undefined when absent. */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(/[;,]/) ?? []) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}
