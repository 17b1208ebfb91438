import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs/light.js';
import { isRecord } from '../../../kubernetes/json.js';
import { jsonValue } from './protobuf-values.js';

/** What every such body begins with: `k8s` and a zero byte. */
const PREFIX = Buffer.from([0x6b, 0x38, 0x73, 0x00]);
const META_PACKAGE = 'k8s.io.apimachinery.pkg.apis.meta.v1';
const EXTENSIONS_PACKAGE = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1';

/** A body that cannot be read. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

/** Reads bodies that clients written in Go send as `application/vnd.kubernetes.protobuf`. */
export class ProtobufObjects {
  #root: protobuf.Root | undefined;

  /**
   * @returns the object as JSON would hold it
   * @throws ProtobufError
   */
  decode(bytes: Buffer): Record<string, unknown> {
    if (!bytes.subarray(0, PREFIX.length).equals(PREFIX)) {
      throw new ProtobufError(`provided data does not appear to be a protobuf message, expected prefix [${[...PREFIX].join(' ')}]`);
    }
    const envelope = this.#read('k8s.io.apimachinery.pkg.runtime.Unknown', bytes.subarray(PREFIX.length));
    const { apiVersion = '', kind = '', raw } = envelope;
    if (typeof apiVersion !== 'string' || typeof kind !== 'string') throw new ProtobufError('the envelope names no kind');
    const content = Buffer.isBuffer(raw) ? raw : Buffer.alloc(0);
    if (envelope['contentType'] === 'application/json') return jsonObject(content);
    return { kind, apiVersion, ...this.#read(this.#messageOf(apiVersion, kind), content) };
  }

  #messageOf(apiVersion: string, kind: string): string {
    const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
    const own = group === 'apiextensions.k8s.io' ? EXTENSIONS_PACKAGE : `k8s.io.api.${group.split('.')[0] ?? ''}.${version}`;
    const found = [`${own}.${kind}`, `${META_PACKAGE}.${kind}`].find((name) => this.#messages().lookup(name, protobuf.Type) !== null);
    if (found === undefined) throw new ProtobufError(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`);
    return found;
  }

  #read(name: string, bytes: Buffer): Record<string, unknown> {
    const type = this.#messages().lookupType(name);
    try {
      const value = jsonValue(type.decode(bytes), type);
      if (isRecord(value)) return value;
    } catch (error) {
      throw new ProtobufError(error instanceof Error ? error.message : String(error), { cause: error });
    }
    throw new ProtobufError(`${name} is no object`);
  }

  /** Read with the first body that needs it: most clients send JSON. */
  #messages(): protobuf.Root {
    this.#root ??= readMessages();
    return this.#root;
  }
}

function readMessages(): protobuf.Root {
  const text = readFileSync(new URL('../../../kubernetes/generated/protobuf.json', import.meta.url), 'utf8');
  const root = new protobuf.Root();
  root.addJSON(JSON.parse(text).nested);
  root.resolveAll();
  return root;
}

function jsonObject(content: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw new ProtobufError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  if (!isRecord(value)) throw new ProtobufError('the body holds no object');
  return value;
}
