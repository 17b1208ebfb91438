import type { Pod } from './generated/core-v1.js';

/**
 * Digests of the images that these containers of Pods really run, each once, in order, as `sha256:…`. What others put into a Pod,
 * such as proxies of a mesh, is not among them. @param containers names, as the template has them
 */
export function imageDigests(pods: readonly Pod[], containers: ReadonlySet<string>): string[] {
  const ids = pods.flatMap(({ status }) => (status?.containerStatuses ?? []).flatMap(({ name, imageID }) => (containers.has(name) ? [imageID] : [])));
  return [...new Set(ids.flatMap((id) => /sha256:[0-9a-f]{64}$/.exec(id)?.[0] ?? []))].sort();
}
