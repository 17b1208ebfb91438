import { createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Whether two texts are the same; takes as long for any two of the same length. */
export function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** `X-Slack-Signature`: HMAC-SHA256 over `v0:TIMESTAMP:BODY`, in hex (docs.slack.dev/authentication/verifying-requests-from-slack). */
export const slackSignature = (secret: string, timestamp: string, body: Buffer): string => `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`;

/** `X-Lark-Signature`: SHA-256 over timestamp, nonce, encrypt key and body, in hex (open.feishu.cn/document/event-subscription-guide/event-subscriptions/event-subscription-configure-/encrypt-key-encryption-configuration-case). */
export const larkSignature = (encryptKey: string, timestamp: string, nonce: string, body: Buffer): string => createHash('sha256').update(`${timestamp}${nonce}${encryptKey}`).update(body).digest('hex');

/** AES-256-CBC under the SHA-256 of the key; the first 16 bytes are the vector (same page). @returns undefined for what was not encrypted with it */
export function larkDecrypted(encryptKey: string, encrypted: string): string | undefined {
  const bytes = Buffer.from(encrypted, 'base64');
  if (bytes.length < 32 || bytes.length % 16 !== 0) return undefined;
  try {
    const cipher = createDecipheriv('aes-256-cbc', createHash('sha256').update(encryptKey).digest(), bytes.subarray(0, 16));
    return Buffer.concat([cipher.update(bytes.subarray(16)), cipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
