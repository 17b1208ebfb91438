import type { FieldError } from '../../../../kubernetes/field-error.js';
import { forbiddenField, invalidField, requiredField, tooLongField } from '../../../../kubernetes/field-errors.js';
import type { ConfigMap, ResourceQuota, Secret } from '../../../../kubernetes/generated/core-v1.js';
import { deepEqual } from '../../../../kubernetes/json.js';
import { configKeyProblems } from '../../../../kubernetes/names.js';
import { compareQuantities, isQuantity } from '../../../../kubernetes/quantity.js';
import { immutable, problemsAt } from '../field-checks.js';

const LARGEST = 1024 * 1024;
const FROZEN = 'field is immutable when `immutable` is set';

/** Keys that a Secret of a type must have. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

/** What is wrong with a ConfigMap. */
export function configMapProblems({ data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  const size = sizeOf(data, 'utf8') + sizeOf(binaryData, 'base64');
  return [
    ...Object.keys(data).flatMap((key) => [
      ...problemsAt(`data[${key}]`, key, configKeyProblems(key)),
      ...(Object.hasOwn(binaryData, key) ? [invalidField(`data[${key}]`, key, 'duplicate of key present in binaryData')] : []),
    ]),
    ...Object.keys(binaryData).flatMap((key) => problemsAt(`binaryData[${key}]`, key, configKeyProblems(key))),
    ...(size > LARGEST ? [tooLongField('', LARGEST)] : []),
  ];
}

/** What may not change in a ConfigMap once it is immutable. */
export function configMapUpdateProblems(configMap: ConfigMap, before: ConfigMap): FieldError[] {
  return frozenErrors(configMap, before, ['data', 'binaryData']);
}

/** What is wrong with a Secret. */
export function secretProblems({ metadata, data = {}, type = '' }: Secret): FieldError[] {
  const errors = Object.keys(data).flatMap((key) => problemsAt(`data[${key}]`, key, configKeyProblems(key)));
  if (sizeOf(data, 'base64') > LARGEST) errors.push(tooLongField('data', LARGEST));
  for (const key of REQUIRED_KEYS[type] ?? []) if (!Object.hasOwn(data, key)) errors.push(requiredField(`data[${key}]`));
  if (type === 'kubernetes.io/basic-auth' && !Object.hasOwn(data, 'username') && !Object.hasOwn(data, 'password')) {
    errors.push(requiredField('data[username]'), requiredField('data[password]'));
  }
  const account = 'kubernetes.io/service-account.name';
  if (type === 'kubernetes.io/service-account-token' && (metadata.annotations?.[account] ?? '') === '') {
    errors.push(requiredField(`metadata.annotations[${account}]`));
  }
  return errors;
}

/** What may not change in a Secret: its type, and all of it once it is immutable. */
export function secretUpdateProblems(secret: Secret, before: Secret): FieldError[] {
  return [...immutable('type', secret.type, before.type), ...frozenErrors(secret, before, ['data'])];
}

/** What is wrong with a ResourceQuota. */
export function quotaProblems({ spec }: ResourceQuota): FieldError[] {
  return Object.entries(spec?.hard ?? {}).flatMap(([name, amount]) =>
    isQuantity(amount) && compareQuantities(amount, 0) < 0
      ? [invalidField(`spec.hard[${name}]`, String(amount), 'must be greater than or equal to 0')]
      : [],
  );
}

function frozenErrors<T extends ConfigMap | Secret>(now: T, before: T, fields: readonly (keyof T & string)[]): FieldError[] {
  if (before.immutable !== true) return [];
  return [
    ...(now.immutable === true ? [] : [forbiddenField('immutable', FROZEN)]),
    ...fields.filter((field) => !deepEqual(now[field], before[field])).map((field) => forbiddenField(field, FROZEN)),
  ];
}

function sizeOf(values: Readonly<Record<string, string>>, encoding: BufferEncoding): number {
  return Object.values(values).reduce((sum, value) => sum + Buffer.byteLength(value, encoding), 0);
}
