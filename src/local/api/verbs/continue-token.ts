import { isRecord } from '../../../kubernetes/json.js';
import { badRequestStatus } from '../../../kubernetes/status.js';
import { fail } from '../request/answer.js';

/** @param start the first key, without the list's prefix, that the next page may hold; -1 as version reads the newest state */
export function encodeContinue(version: number, start: string): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start })).toString('base64url');
}

/** @throws ApiFailure 400 */
export function decodeContinue(token: string): { version: number; start: string } {
  const content = parsed(token);
  if (!isRecord(content) || content['v'] !== 'meta.k8s.io/v1' || typeof content['rv'] !== 'number' || typeof content['start'] !== 'string') {
    const [first = ''] = Buffer.from(token, 'base64url').toString('latin1');
    const shown = first < ' ' || first > '~' ? `\\u${first.charCodeAt(0).toString(16).padStart(4, '0')}` : first;
    return fail(badRequestStatus(`invalid continue token: continue key is not valid: invalid character '${shown}' looking for beginning of value`));
  }
  return { version: content['rv'], start: content['start'].replace(/^\//, '') };
}

function parsed(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
