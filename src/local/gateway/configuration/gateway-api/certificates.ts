import { createSecureContext, type SecureContext } from 'node:tls';
import type { Secret } from '../../../../kubernetes/generated/core-v1.js';

/** Reads certificates out of Secrets of type `kubernetes.io/tls`, each Secret once. */
export class Certificates {
  readonly #known = new WeakMap<Secret, SecureContext | string>();

  /** @returns what serves TLS with it, or why it cannot */
  read(secret: Secret): SecureContext | string {
    let known = this.#known.get(secret);
    if (known === undefined) this.#known.set(secret, (known = open(secret)));
    return known;
  }
}

function open({ data = {}, type }: Secret): SecureContext | string {
  if (type !== 'kubernetes.io/tls') return `is of type ${type ?? 'Opaque'}, not kubernetes.io/tls`;
  const { 'tls.crt': cert, 'tls.key': key } = data;
  if (cert === undefined || key === undefined) return `has no ${cert === undefined ? 'tls.crt' : 'tls.key'}`;
  try {
    return createSecureContext({ cert: Buffer.from(cert, 'base64'), key: Buffer.from(key, 'base64') });
  } catch (error) {
    return `holds no certificate with its key: ${error instanceof Error ? error.message : String(error)}`;
  }
}
