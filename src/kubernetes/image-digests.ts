import type { Pod } from './generated/core-v1.js';

/** The digest that one container of a Pod runs. */
export interface ContainerDigest {
  readonly container: string;
  /** As `sha256:…`. */
  readonly digest: string;
}

/**
 * What these containers of Pods really run, each digest of a container once, in order. What others put into a Pod, such as proxies
 * of a mesh, is not among them. @param containers names, as the template has them
 */
export function containerDigests(pods: readonly Pod[], containers: ReadonlySet<string>): ContainerDigest[] {
  const found = new Map<string, ContainerDigest>();
  for (const { name, imageID } of pods.flatMap(({ status }) => status?.containerStatuses ?? [])) {
    const digest = containers.has(name) ? /sha256:[0-9a-f]{64}$/.exec(imageID)?.[0] : undefined;
    if (digest !== undefined) found.set(`${name} ${digest}`, { container: name, digest });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

/** The digests alone, each once, in order. @param containers as for `containerDigests` */
export const imageDigests = (pods: readonly Pod[], containers: ReadonlySet<string>): string[] => [...new Set(containerDigests(pods, containers).map(({ digest }) => digest))].sort();
