import type { ApiRequest, ApiResponse, Transport } from '../ports/transport.js';

/** A transport that tells what API servers warn of (`Warning` headers), each text once. Of streams it tells nothing: whoever watches has listed before. */
export function tellingWarnings<T extends Transport>(transport: T, tell: (text: string) => void): T {
  const told = new Set<string>();
  const request = async (asked: ApiRequest): Promise<ApiResponse> => {
    const answer = await transport.request(asked);
    for (const text of warningsIn(answer.headers['warning'] ?? '')) {
      if (told.has(text)) continue;
      told.add(text);
      tell(text);
    }
    return answer;
  };
  return { ...transport, request };
}

/** One warning of RFC 7234, section 5.5: code, agent, quoted text, and maybe a quoted date. */
const WARNING = /(?:^|,)\s*(\d{3}) (?:\S+) "((?:[^"\\]|\\.)*)"(?: "[^"]*")?/g;

/** The texts of a `Warning` header. API servers send code 299; others are those of proxies on the way. */
export function warningsIn(header: string): string[] {
  return [...header.matchAll(WARNING)].flatMap(([, code, text = '']) => (code === '299' ? [text.replace(/\\(.)/g, '$1')] : []));
}
