import type { PodTemplateSpec } from '../../kubernetes/generated/core-v1.js';
import { fnv32a, safeEncode } from '../../kubernetes/pod-template.js';
import { goJson } from './go-json.js';

/** The label by which Argo Rollouts, its plugin and its Services tell versions apart. */
export const ROLLOUTS_HASH_LABEL = 'rollouts-pod-template-hash';

/** Versions of Argo Rollouts that make different hashes of the same template: up to 1.8 it writes a time that is absent as null, since 1.9 not at all. */
export type HashingVersion = '1.8' | '1.9';

/**
 * The value of the label for a Pod template: the FNV-1a hash of the JSON that Go makes of it. The template must be as the
 * server keeps it, and without the label itself.
 * @param collisionCount from the Rollout's status, raised when a hash was already taken
 */
export function rolloutsHash(template: PodTemplateSpec, collisionCount?: number, version: HashingVersion = '1.9'): string {
  const text = goJson(withPortDefaults(template), 'PodTemplateSpec', version === '1.8');
  return safeEncode(String(fnv32a(text, collisionCount === undefined ? undefined : littleEndian(collisionCount))));
}

/** Every hash that some version of Argo Rollouts may have given this template; the newest version's first. */
export const possibleHashes = (template: PodTemplateSpec, collisionCount?: number): readonly string[] => (['1.9', '1.8'] as const).map((version) => rolloutsHash(template, collisionCount, version));

function littleEndian(count: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, count, true);
  return bytes;
}

/** The protocol of a port is a key of its list, so the definition of Rollouts has a default for it. */
function withPortDefaults(template: PodTemplateSpec): PodTemplateSpec {
  const { spec } = template;
  if (!spec) return template;
  const withProtocols = <T extends { ports?: { protocol?: string }[] }>(containers: readonly T[]): T[] =>
    containers.map((each) => (each.ports ? { ...each, ports: each.ports.map((port) => ({ ...port, protocol: port.protocol ?? 'TCP' })) } : each));
  return {
    ...template,
    spec: { ...spec, containers: withProtocols(spec.containers ?? []), ...(spec.initContainers ? { initContainers: withProtocols(spec.initContainers) } : {}) },
  };
}
