import { ReleaseListSchema, type ReleaseList, type ReleaseSummary } from '../../server/schemas/release-summary.js';
import { PolicyDetailSchema, PolicyListSchema, type PolicyDetail, type PolicySummary } from '../../server/schemas/policies.js';
import { ReleaseDetailSchema, type ReleaseDetail } from '../../server/schemas/release-detail.js';
import type { ServerConnection } from './server-connection.js';

/** How many releases are asked for at once. */
const PAGE = '1000';
/** So many releases are read at a time. */
const AT_ONCE = 4;
/** Names as Kubernetes takes them: nothing else gets into a path. */
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** The path of one thing of a namespace; undefined for a name that nothing can have. */
export function placeOf(namespace: string, kind: 'policies' | 'releases' | 'image-updates', name: string): string | undefined {
  return NAME.test(name) ? `/namespaces/${namespace}/${kind}/${name}` : undefined;
}

/** One policy with its releases. @throws as `ServerConnection.get` */
export async function findPolicyDetail(server: ServerConnection, namespace: string, name: string): Promise<PolicyDetail | undefined> {
  const path = placeOf(namespace, 'policies', name);
  return path === undefined ? undefined : server.find(PolicyDetailSchema, path);
}

/** Everything that is told of one release. @throws as `ServerConnection.get` */
export async function findReleaseDetail(server: ServerConnection, namespace: string, name: string): Promise<ReleaseDetail | undefined> {
  const path = placeOf(namespace, 'releases', name);
  return path === undefined ? undefined : server.find(ReleaseDetailSchema, path);
}

/** Policies of a namespace, of all that one may see without one. @throws as `ServerConnection.get` */
export async function listPolicies(server: ServerConnection, namespace: string | undefined): Promise<readonly PolicySummary[]> {
  return (await server.get(PolicyListSchema, '/policies', { namespace })).items;
}

/** Releases of a namespace, of all that one may see without one, page after page. @param search only those with these words @throws as `ServerConnection.get` */
export async function listReleases(server: ServerConnection, namespace: string | undefined, search?: string): Promise<readonly ReleaseSummary[]> {
  const found = new Map<string, ReleaseSummary>();
  let cursor: string | undefined;
  do {
    const page: ReleaseList = await server.get(ReleaseListSchema, '/releases', { namespace, search, limit: PAGE, cursor });
    for (const each of page.items) found.set(each.id, each);
    // A page that says nothing new would be asked for again and again.
    cursor = page.items.length === 0 || page.cursor === cursor ? undefined : page.cursor;
  } while (cursor !== undefined);
  return [...found.values()];
}

/** The same with everything about each, a few at a time; without those that are gone meanwhile. @throws as `ServerConnection.get` */
export async function detailsOf(server: ServerConnection, releases: readonly ReleaseSummary[]): Promise<ReleaseDetail[]> {
  const details: ReleaseDetail[] = [];
  for (let at = 0; at < releases.length; at += AT_ONCE) {
    const found = await Promise.all(releases.slice(at, at + AT_ONCE).map(({ namespace, name }) => findReleaseDetail(server, namespace, name)));
    details.push(...found.flatMap((each) => each ?? []));
  }
  return details;
}

/** By namespace and name, as tables have it. */
export const byName = (a: { readonly namespace: string; readonly name: string }, b: { readonly namespace: string; readonly name: string }): number =>
  a.namespace.localeCompare(b.namespace) || a.name.localeCompare(b.name, 'en', { numeric: true });
