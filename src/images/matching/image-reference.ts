/** A reference to an image, taken apart. */
export interface ImageReference {
  /** With the registry as it was written, without tag and digest; such as `web` or `10.0.0.5:5000/shop/web`. */
  readonly repository: string;
  /** Undefined where only a digest is named; `latest` where nothing is. */
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** As registries take them (OCI distribution-spec, "Pulling manifests"). */
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
/** Docker's own registry, which needs no name; and its other names. */
export const DEFAULT_REGISTRY = 'docker.io';
const ALIASES: ReadonlySet<string> = new Set(['index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com', 'hub.docker.com']);
/** Longer ones no registry takes. */
const LONGEST = 512;

export const isTag = (text: string): boolean => TAG.test(text);
export const isDigest = (text: string): boolean => DIGEST.test(text);

/** Takes `registry:5000/shop/web:1.2@sha256:…` apart; undefined for what is no reference. */
export function parseImage(text: string): ImageReference | undefined {
  if (text.length > LONGEST + 200) return undefined;
  const at = text.indexOf('@');
  const [named, digest] = at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
  if (digest !== undefined && !isDigest(digest)) return undefined;
  // A colon before the last slash is that of a port.
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const [repository, tag] = colon < 0 ? [named, undefined] : [named.slice(0, colon), named.slice(colon + 1)];
  if ((tag !== undefined && !isTag(tag)) || placeOf(repository) === undefined) return undefined;
  return { repository, tag: tag ?? (digest === undefined ? 'latest' : undefined), digest };
}

/** Where an image is kept. */
export interface RepositoryPlace {
  /** Host of the registry, with its port where one is named, in small letters. */
  readonly registry: string;
  readonly path: string;
}

/** Registry and path of a repository, with what Docker leaves out filled in; undefined for what is none. */
export function placeOf(repository: string): RepositoryPlace | undefined {
  if (repository.length > LONGEST) return undefined;
  const slash = repository.indexOf('/');
  const first = slash < 0 ? '' : repository.slice(0, slash);
  // What has a dot or a port, or is localhost, is a host; all else a folder of Docker's registry.
  const hasHost = /[.:]/.test(first) || first === 'localhost';
  const host = hasHost ? first.toLowerCase() : DEFAULT_REGISTRY;
  const registry = ALIASES.has(host) ? DEFAULT_REGISTRY : host;
  const rest = hasHost ? repository.slice(slash + 1) : repository;
  const path = registry === DEFAULT_REGISTRY && !rest.includes('/') ? `library/${rest}` : rest;
  return HOST.test(registry) && PATH.test(path) ? { registry, path } : undefined;
}

/** A repository in the one form in which two that are the same are equal; undefined for what is none. */
export function canonicalRepository(repository: string): string | undefined {
  const place = placeOf(repository);
  return place && `${place.registry}/${place.path}`;
}

/** Whether two repositories are the same, however they are written. */
export function sameRepository(one: string, other: string): boolean {
  const canonical = canonicalRepository(one);
  return canonical !== undefined && canonical === canonicalRepository(other);
}

/** A reference as text: `repository:tag`, with the digest where one is given. */
export function formatImage({ repository, tag, digest }: ImageReference): string {
  return `${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}
