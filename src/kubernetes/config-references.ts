import type { PodSpec } from './generated/core-v1.js';

/** A ConfigMap or Secret that a Pod uses. */
export interface ConfigReference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
}

/** Every ConfigMap and Secret that Pods of this spec use as files or variables, each once, in a fixed order. */
export function configReferences({ volumes = [], containers, initContainers = [] }: PodSpec): ConfigReference[] {
  const found = new Map<string, ConfigReference>();
  const add = (kind: ConfigReference['kind'], name: string | undefined): void => {
    if (name !== undefined && name !== '') found.set(`${kind}/${name}`, { kind, name });
  };
  for (const { configMap, secret, projected } of volumes) {
    add('ConfigMap', configMap?.name);
    add('Secret', secret?.secretName);
    for (const source of projected?.sources ?? []) {
      add('ConfigMap', source.configMap?.name);
      add('Secret', source.secret?.name);
    }
  }
  for (const { env = [], envFrom = [] } of [...containers, ...initContainers]) {
    for (const { configMapRef, secretRef } of envFrom) {
      add('ConfigMap', configMapRef?.name);
      add('Secret', secretRef?.name);
    }
    for (const { valueFrom } of env) {
      add('ConfigMap', valueFrom?.configMapKeyRef?.name);
      add('Secret', valueFrom?.secretKeyRef?.name);
    }
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reference]) => reference);
}
