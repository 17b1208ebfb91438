import type { ConfigMap, ResourceQuota, Secret } from '../../../../kubernetes/generated/core-v1.js';
import { column } from '../columns.js';
import type { TableColumn } from '../kind.js';

const size = (values: object | undefined): number => Object.keys(values ?? {}).length;

export const configMapColumns: readonly TableColumn[] = [
  column<ConfigMap>('Data', 'How many entries there are.', ({ data, binaryData }) => size(data) + size(binaryData)),
];

export const secretColumns: readonly TableColumn[] = [
  column<Secret>('Type', 'What the secret is for.', ({ type }) => type ?? ''),
  column<Secret>('Data', 'How many entries there are.', ({ data }) => size(data)),
];

export const quotaColumns: readonly TableColumn[] = [
  column<ResourceQuota>('Request', 'What is used of what may be asked for.', (quota) => usageOf(quota, false)),
  column<ResourceQuota>('Limit', 'What is used of what may be set as a limit.', (quota) => usageOf(quota, true)),
];

function usageOf({ status }: ResourceQuota, limits: boolean): string {
  const names = Object.keys(status?.hard ?? {}).filter((name) => name.startsWith('limits.') === limits);
  return names.sort().map((name) => `${name}: ${String(status?.used?.[name] ?? '0')}/${String(status?.hard?.[name])}`).join(', ');
}
