import { open, stat } from 'node:fs/promises';
import { parseAudit, type AuditedRequest } from '../../test/kubernetes/lab/audit.js';

const CHUNK = 64 * 1024 * 1024;
const READS = new Set(['get', 'list', 'watch']);

/** Whether a request changes nothing. */
export const isRead = ({ verb }: AuditedRequest): boolean => READS.has(verb);

/** The audit log of an API server, read in parts. */
export class RequestLog {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Where it ends now. */
  async end(): Promise<number> {
    return (await stat(this.#file)).size;
  }

  /** The requests that were answered since. @param from what `end` gave. */
  async since(from: number, of: (request: AuditedRequest) => boolean = () => true): Promise<AuditedRequest[]> {
    const file = await open(this.#file);
    try {
      const found: AuditedRequest[] = [];
      const buffer = Buffer.alloc(CHUNK);
      let rest = Buffer.alloc(0);
      for (let at = from; ; ) {
        const { bytesRead } = await file.read(buffer, 0, CHUNK, at);
        if (bytesRead === 0) return found;
        at += bytesRead;
        const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
        const end = bytes.lastIndexOf('\n') + 1;
        for (const request of parseAudit(bytes.toString('utf8', 0, end))) if (of(request)) found.push(request);
        rest = bytes.subarray(end);
      }
    } finally {
      await file.close();
    }
  }
}

/** How many requests there were, by `verb resource`, most first. */
export function countsOf(requests: readonly AuditedRequest[]): [what: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { verb, resource, code } of requests) {
    const what = `${verb} ${resource === '' ? '(no object)' : resource}${code >= 400 ? `, answered with ${code}` : ''}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one);
}
