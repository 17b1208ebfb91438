import { dirname, isAbsolute, join } from 'node:path';
import { isRecord } from '../../kubernetes/json.js';

/** A kubeconfig or a part of it is not usable; the message names file, field and remedy, and never a value that may be secret. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}

/** Reads fields of one mapping of a file; every complaint names the file and the path of the field. */
export class Fields {
  readonly file: string;
  readonly path: string;
  readonly #value: Record<string, unknown>;

  constructor(file: string, path: string, value: unknown) {
    this.file = file;
    this.path = path;
    if (value !== undefined && value !== null && !isRecord(value)) throw this.#wrong('', 'must be a mapping');
    this.#value = isRecord(value) ? value : {};
  }

  text(name: string): string | undefined {
    const value = this.#value[name];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string') throw this.#wrong(name, 'must be a string; put quotes around it');
    return value;
  }

  required(name: string, remedy: string): string {
    const value = this.text(name);
    if (value === undefined) throw this.#wrong(name, `is missing; ${remedy}`);
    return value;
  }

  flag(name: string): boolean {
    const value = this.#value[name];
    if (value === undefined || value === null) return false;
    if (typeof value !== 'boolean') throw this.#wrong(name, 'must be true or false');
    return value;
  }

  has(name: string): boolean {
    const value = this.#value[name];
    return value !== undefined && value !== null && value !== '';
  }

  object(name: string): Fields {
    return new Fields(this.file, this.#at(name), this.#value[name]);
  }

  /** The elements of a list of mappings; none where the field is missing. */
  list(name: string): Fields[] {
    const value = this.#value[name];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw this.#wrong(name, 'must be a list');
    return value.map((each: unknown, index) => new Fields(this.file, `${this.#at(name)}[${index}]`, each));
  }

  texts(name: string): string[] {
    const value = this.#value[name];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value) || !value.every((each) => typeof each === 'string')) throw this.#wrong(name, 'must be a list of strings');
    return value;
  }

  /** The path in a field; a relative one starts at the file that it stands in. */
  filePath(name: string): string | undefined {
    const path = this.text(name);
    return path === undefined || isAbsolute(path) ? path : join(dirname(this.file), path);
  }

  /** Text of a field that is base64, as the `-data` fields are. */
  base64(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const compact = value.replace(/\s+/g, '');
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.length % 4 !== 0) throw this.#wrong(name, 'is not base64; encode it with `base64 -w0`');
    return Buffer.from(compact, 'base64').toString('utf8');
  }

  /** A complaint about a field of this mapping. */
  wrong(name: string, problem: string): KubeconfigError {
    return this.#wrong(name, problem);
  }

  #wrong(name: string, problem: string): KubeconfigError {
    const at = this.#at(name);
    return new KubeconfigError(`${this.file}: ${at === '' ? '' : `${at} `}${problem}`);
  }

  #at(name: string): string {
    return [this.path, name].filter((part) => part !== '').join('.');
  }
}
