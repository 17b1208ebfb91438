import { randomBytes, webcrypto } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { BitString, Integer, OctetString, Utf8String } from 'asn1js';
import {
  AltName, AttributeTypeAndValue, AuthorityKeyIdentifier, BasicConstraints, Certificate, ExtKeyUsage, Extension, GeneralName, Time,
  id_AuthorityKeyIdentifier, id_BasicConstraints, id_ExtKeyUsage, id_KeyUsage, id_SubjectAltName, id_SubjectKeyIdentifier,
} from 'pkijs';

/** A certificate and its private key, both PEM. */
export interface CertifiedKey {
  readonly certificate: string;
  readonly key: string;
}

/** From when to when a certificate is good, in milliseconds since the epoch; it holds whole seconds. */
export interface Validity {
  readonly from: number;
  readonly until: number;
}

interface Subject extends Validity {
  readonly commonName: string;
  readonly publicKey: webcrypto.CryptoKey;
  readonly extensions: readonly Extension[];
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const COMMON_NAME = '2.5.4.3';
const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1';
/** Bits of RFC 5280, 4.2.1.3, the first one highest. */
const DIGITAL_SIGNATURE = 0x80;
const SIGN_CERTIFICATES_AND_LISTS = 0x06;
const DNS_NAME = 2;
const IP_ADDRESS = 7;

/** A new certificate authority, whose certificate it signs itself. */
export async function issueAuthority(commonName: string, validity: Validity): Promise<CertifiedKey> {
  const { publicKey, privateKey } = await newKeys();
  const extensions = [
    extension(id_BasicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 }).toSchema(), true),
    keyUsage(SIGN_CERTIFICATES_AND_LISTS),
  ];
  const certificate = await unsigned({ commonName, publicKey, extensions, ...validity });
  certificate.issuer = certificate.subject;
  return signed(certificate, privateKey, privateKey);
}

/**
 * A new key for a server, certified by an authority of `issueAuthority`.
 * @param names DNS names and IPv4 addresses that clients may know it by
 * @throws Error when the authority cannot be read
 */
export async function issueServerCertificate(authority: CertifiedKey, names: readonly string[], validity: Validity): Promise<CertifiedKey> {
  const issuer = Certificate.fromBER(derOf(authority.certificate));
  const issuerKey = await webcrypto.subtle.importKey('pkcs8', derOf(authority.key), ALGORITHM, false, ['sign']);
  const { publicKey, privateKey } = await newKeys();
  const issuerIdentifier = new OctetString({ valueHex: await issuer.getKeyHash() });
  const extensions = [
    extension(id_BasicConstraints, new BasicConstraints({ cA: false }).toSchema(), true),
    keyUsage(DIGITAL_SIGNATURE),
    extension(id_ExtKeyUsage, new ExtKeyUsage({ keyPurposes: [SERVER_AUTHENTICATION] }).toSchema()),
    extension(id_AuthorityKeyIdentifier, new AuthorityKeyIdentifier({ keyIdentifier: issuerIdentifier }).toSchema()),
    extension(id_SubjectAltName, new AltName({ altNames: names.map(generalName) }).toSchema()),
  ];
  const certificate = await unsigned({ commonName: names[0] ?? '', publicKey, extensions, ...validity });
  certificate.issuer = issuer.subject;
  return signed(certificate, issuerKey, privateKey);
}

async function unsigned({ commonName, publicKey, extensions, from, until }: Subject): Promise<Certificate> {
  const certificate = new Certificate({ version: 2, serialNumber: new Integer({ valueHex: serialNumber() }), notBefore: time(from), notAfter: time(until) });
  certificate.subject.typesAndValues.push(new AttributeTypeAndValue({ type: COMMON_NAME, value: new Utf8String({ value: commonName }) }));
  await certificate.subjectPublicKeyInfo.importKey(publicKey);
  const identifier = new OctetString({ valueHex: await certificate.getKeyHash() });
  certificate.extensions = [...extensions, extension(id_SubjectKeyIdentifier, identifier)];
  return certificate;
}

async function signed(certificate: Certificate, issuerKey: webcrypto.CryptoKey, ownKey: webcrypto.CryptoKey): Promise<CertifiedKey> {
  await certificate.sign(issuerKey, 'SHA-256');
  return {
    certificate: pem('CERTIFICATE', certificate.toSchema(true).toBER()),
    key: pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', ownKey)),
  };
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

const extension = (extnID: string, value: { toBER(): ArrayBuffer }, critical = false): Extension => new Extension({ extnID, critical, extnValue: value.toBER() });

/** DER leaves out the zero bits at the end. */
function keyUsage(bits: number): Extension {
  const unusedBits = 31 - Math.clz32(bits & -bits);
  return extension(id_KeyUsage, new BitString({ valueHex: Uint8Array.of(bits).buffer, unusedBits }), true);
}

function generalName(name: string): GeneralName {
  if (!isIPv4(name)) return new GeneralName({ type: DNS_NAME, value: name });
  return new GeneralName({ type: IP_ADDRESS, value: new OctetString({ valueHex: Uint8Array.from(name.split('.').map(Number)).buffer }) });
}

/** RFC 5280, 4.1.2.5: two digits of the year up to 2049, four from then on; no fractions of a second. */
function time(milliseconds: number): Time {
  const value = new Date(Math.floor(milliseconds / 1000) * 1000);
  return new Time({ type: value.getUTCFullYear() < 2050 ? 0 : 1, value });
}

/** Positive, and in its shortest form whatever is drawn. */
function serialNumber(): ArrayBuffer {
  const bytes = new Uint8Array(randomBytes(16));
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
  return bytes.buffer;
}

function pem(label: string, der: ArrayBuffer): string {
  const lines = Buffer.from(der).toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

const derOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text.replace(/-----[^-]+-----|\s/g, ''), 'base64'));
