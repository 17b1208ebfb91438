import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Secret } from '../../../../kubernetes/generated/core-v1.js';
import type { Ingress } from '../../../../kubernetes/generated/networking-v1.js';
import { podKey } from '../endpoints.js';
import { DEFAULT_SERVER, hostOf, type PathProblem } from './servers.js';
import type { ReadIngress } from './ingresses.js';

/** A certificate that a Secret holds, with what answers by it. */
export interface KeyPair {
  readonly context: SecureContext;
  readonly certificate: X509Certificate;
}

/** Reads Secrets of type `kubernetes.io/tls`, each one once: a rotated Secret is another object. */
export class KeyPairs {
  readonly #known = new WeakMap<Secret, KeyPair | string>();

  /** @returns why there is none, where there is none */
  of(secret: Secret): KeyPair | string {
    let known = this.#known.get(secret);
    if (known === undefined) this.#known.set(secret, (known = read(secret)));
    return known;
  }
}

function read({ data = {} }: Secret): KeyPair | string {
  const { 'tls.crt': cert, 'tls.key': key } = data;
  if (cert === undefined || key === undefined) return `has no ${cert === undefined ? 'tls.crt' : 'tls.key'}`;
  try {
    const [chain, secret] = [Buffer.from(cert, 'base64'), Buffer.from(key, 'base64')];
    const certificate = new X509Certificate(chain);
    if (!certificate.checkPrivateKey(createPrivateKey(secret))) return 'holds a key that is not its certificate\'s';
    return { context: createSecureContext({ cert: chain, key: secret }), certificate };
  } catch (error) {
    return `holds no certificate with its key: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/**
 * Which hosts have a certificate: undefined stands for the fake one, which a host has whose Secret is missing or not good
 * for it. A host without TLS is not in the map.
 */
export type HostCertificates = ReadonlyMap<string, KeyPair | undefined>;

/** The first Ingress with a `tls` block decides for its hosts. */
export function findCertificates(ingresses: readonly ReadIngress[], secrets: readonly Secret[], keyPairs: KeyPairs, problems: PathProblem[]): HostCertificates {
  const byName = new Map(secrets.map((secret) => [podKey(secret.metadata.namespace ?? 'default', secret.metadata.name), secret]));
  const found = new Map<string, KeyPair | undefined>();
  for (const { ingress, settings } of ingresses) {
    if (settings.canary !== undefined || (ingress.spec.tls ?? []).length === 0) continue;
    const pairOf = (name: string): KeyPair | string => {
      const secret = byName.get(podKey(ingress.metadata.namespace ?? 'default', name));
      return secret === undefined ? 'is not there' : keyPairs.of(secret);
    };
    for (const rule of ingress.spec.rules ?? []) {
      const host = hostOf(rule.host);
      // The default server has the fake one, always.
      if (found.has(host) || host === DEFAULT_SERVER) continue;
      const name = secretNameOf(ingress, host, pairOf);
      const pair = name === undefined ? undefined : pairOf(name);
      const problem = typeof pair === 'string' ? pair : pair !== undefined && !isFor(pair, host) ? `is not for host ${host}` : undefined;
      if (problem !== undefined) problems.push({ ingress, message: `spec.tls: Secret ${name ?? ''} ${problem}; the fake certificate is used` });
      found.set(host, typeof pair === 'string' || problem !== undefined ? undefined : pair);
    }
  }
  return found;
}

/** By name of the host; else the first Secret whose certificate is good for it. */
function secretNameOf({ spec }: Ingress, host: string, pairOf: (name: string) => KeyPair | string): string | undefined {
  const named = spec.tls?.find(({ hosts }) => hosts?.some((each) => each.toLowerCase() === host));
  if (named) return named.secretName === '' ? undefined : named.secretName;
  return spec.tls?.find(({ secretName = '' }) => {
    const pair = secretName === '' ? '' : pairOf(secretName);
    return typeof pair !== 'string' && isFor(pair, host);
  })?.secretName;
}

function isFor({ certificate }: KeyPair, host: string): boolean {
  if (!host.startsWith('*.')) return certificate.checkHost(host) !== undefined;
  return (certificate.subjectAltName ?? '').split(', ').includes(`DNS:${host}`) || certificate.subject.split('\n').includes(`CN=${host}`);
}
