import { webcrypto } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { Integer, Utf8String } from 'asn1js';
import { AltName, AttributeTypeAndValue, Certificate, Extension, GeneralName, Time, id_SubjectAltName } from 'pkijs';

/** A certificate with its key, PEM, and what answers by it. */
export interface FakeCertificate {
  readonly cert: string;
  readonly key: string;
  readonly context: SecureContext;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const COMMON_NAME = '2.5.4.3';
const ORGANISATION = '2.5.4.10';
const DNS_NAME = 2;
const YEAR = 365 * 86_400_000;

/**
 * What ingress-nginx answers with for hosts that have no certificate of their own, by the same names; good for a year.
 * @param now milliseconds since the epoch
 */
export function makeFakeCertificate(now: number): Promise<FakeCertificate> {
  return makeCertificate('Kubernetes Ingress Controller Fake Certificate', 'ingress.local', now);
}

/** Signed by itself, good for a year. @param host DNS name that it is for. @param now milliseconds since the epoch */
export async function makeCertificate(commonName: string, host: string, now: number): Promise<FakeCertificate> {
  const { publicKey, privateKey } = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const time = (value: number): Time => new Time({ type: 0, value: new Date(Math.floor(value / 1000) * 1000) });
  const serialNumber = new Integer({ valueHex: webcrypto.getRandomValues(new Uint8Array(16)).fill(0x40, 0, 1).buffer });
  const certificate = new Certificate({ version: 2, serialNumber, notBefore: time(now), notAfter: time(now + YEAR) });
  for (const [type, value] of [[ORGANISATION, 'Acme Co'], [COMMON_NAME, commonName]] as const) {
    certificate.subject.typesAndValues.push(new AttributeTypeAndValue({ type, value: new Utf8String({ value }) }));
  }
  certificate.issuer = certificate.subject;
  const names = new AltName({ altNames: [new GeneralName({ type: DNS_NAME, value: host })] });
  certificate.extensions = [new Extension({ extnID: id_SubjectAltName, critical: false, extnValue: names.toSchema().toBER() })];
  await certificate.subjectPublicKeyInfo.importKey(publicKey);
  await certificate.sign(privateKey, 'SHA-256');
  const cert = pem('CERTIFICATE', certificate.toSchema(true).toBER());
  const key = pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', privateKey));
  return { cert, key, context: createSecureContext({ cert, key }) };
}

function pem(label: string, der: ArrayBuffer): string {
  const lines = Buffer.from(der).toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
