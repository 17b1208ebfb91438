import type { ConfigMap, LimitRange, LimitRangeItem, ResourceQuota, Secret, ServiceAccount } from '../../../../kubernetes/generated/core-v1.js';
import { resources } from '../../../../kubernetes/resources.js';
import { createdAtColumn } from '../columns.js';
import { defineKind } from '../definition.js';
import type { Kind } from '../kind.js';
import { configMapColumns, quotaColumns, secretColumns } from './configuration-columns.js';
import {
  configMapProblems,
  configMapUpdateProblems,
  quotaProblems,
  secretProblems,
  secretUpdateProblems,
} from './configuration-validation.js';

/** ConfigMap, Secret, ServiceAccount, LimitRange and ResourceQuota. */
export function configurationKinds(): Kind[] {
  return [
    defineKind<ConfigMap>({
      resource: resources.configMaps,
      schemaName: 'io.k8s.api.core.v1.ConfigMap',
      shortNames: ['cm'],
      columns: configMapColumns,
      validate: configMapProblems,
      validateUpdate: configMapUpdateProblems,
    }),
    defineKind<Secret>({
      resource: resources.secrets,
      schemaName: 'io.k8s.api.core.v1.Secret',
      columns: secretColumns,
      selectableFields: { type: ({ type }) => type ?? '' },
      applyDefaults(secret) {
        secret.type ??= 'Opaque';
        encodeStringData(secret);
      },
      prepareForUpdate(secret, before) {
        if (secret.type === undefined || secret.type === '') secret.type = before.type ?? 'Opaque';
        return [];
      },
      validate: secretProblems,
      validateUpdate: secretUpdateProblems,
    }),
    defineKind<ServiceAccount>({
      resource: resources.serviceAccounts,
      schemaName: 'io.k8s.api.core.v1.ServiceAccount',
      shortNames: ['sa'],
    }),
    defineKind<LimitRange>({
      resource: { group: '', version: 'v1', kind: 'LimitRange', plural: 'limitranges', namespaced: true },
      schemaName: 'io.k8s.api.core.v1.LimitRange',
      shortNames: ['limits'],
      columnsWithoutAge: [createdAtColumn],
      applyDefaults({ spec }) {
        for (const limit of spec.limits ?? []) if (limit.type === 'Container') defaultLimits(limit);
      },
    }),
    defineKind<ResourceQuota>({
      resource: { group: '', version: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas', namespaced: true },
      schemaName: 'io.k8s.api.core.v1.ResourceQuota',
      shortNames: ['quota'],
      status: true,
      columns: quotaColumns,
      validate: quotaProblems,
    }),
  ];
}

/** What is written as text is kept as base64; stringData itself is never stored. */
function encodeStringData(secret: Secret): void {
  if (secret.stringData === undefined) return;
  const encoded = Object.entries(secret.stringData).map(([key, text]) => [key, Buffer.from(text, 'utf8').toString('base64')]);
  secret.data = { ...secret.data, ...(Object.fromEntries(encoded) as Record<string, string>) };
  delete secret.stringData;
}

function defaultLimits(limit: LimitRangeItem): void {
  limit.default = { ...limit.max, ...limit.default };
  limit.defaultRequest = { ...limit.min, ...limit.default, ...limit.defaultRequest };
}
