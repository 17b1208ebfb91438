import type { ApiClient } from './client.js';
import type {
  ActionBody, ActionResult, ImageUpdateList, ImageUpdateView, PolicyDetail, PolicyList, ReleaseDetail, ReleaseHistory, ReleaseList,
  ReleaseObjects, ReleaseSummary, Session, SignInMethods, Verb, WaitingList,
} from './types.js';

const V1 = '/api/v1';
const part = encodeURIComponent;
const releasePath = (namespace: string, name: string): string => `${V1}/namespaces/${part(namespace)}/releases/${part(name)}`;

/** As many releases as the page asks for at once. */
const PAGE = 500;

/** How one may sign in; asks nobody who they are. */
export const readSignInMethods = (client: ApiClient): Promise<SignInMethods> => client.get(`${V1}/sign-in`);
/** Who is signed in; 401 when nobody is. */
export const readSession = (client: ApiClient): Promise<Session> => client.get(`${V1}/session`);
/** Signs in with a bearer token of the cluster. */
export const signInWithToken = (client: ApiClient, token: string): Promise<Session> => client.post(`${V1}/session`, { token });
/** Ends the session. */
export const signOut = (client: ApiClient): Promise<void> => client.delete(`${V1}/session`);

/** All releases, page by page, newest and running first; stops after `most`. `total` says how many there are. */
export async function listReleases(client: ApiClient, most: number, signal?: AbortSignal): Promise<{ items: ReleaseSummary[]; total: number }> {
  const items: ReleaseSummary[] = [];
  for (let cursor: string | undefined; ;) {
    const page: ReleaseList = await client.get(`${V1}/releases`, { limit: Math.min(PAGE, most - items.length), cursor }, signal);
    items.push(...page.items);
    cursor = page.cursor;
    if (cursor === undefined || page.items.length === 0 || items.length >= most) return { items, total: Math.max(page.total, items.length) };
  }
}

/** Everything about one release. */
export const readRelease = (client: ApiClient, namespace: string, name: string, signal?: AbortSignal): Promise<ReleaseDetail> => client.get(releasePath(namespace, name), {}, signal);
/** Shares, requests, failures and latency over time. */
export const readReleaseHistory = (client: ApiClient, namespace: string, name: string, signal?: AbortSignal): Promise<ReleaseHistory> => client.get(`${releasePath(namespace, name)}/history`, {}, signal);
/** The objects that a release wrote. */
export const readReleaseObjects = (client: ApiClient, namespace: string, name: string, signal?: AbortSignal): Promise<ReleaseObjects> => client.get(`${releasePath(namespace, name)}/objects`, {}, signal);
/** Does something to a release; 409 when it is another one by now, or its state refuses it. */
export const actOnRelease = (client: ApiClient, namespace: string, name: string, verb: Verb, body: ActionBody): Promise<ActionResult> => client.post(`${releasePath(namespace, name)}/actions/${verb}`, body);

/** All policies that this person may see. */
export const listPolicies = (client: ApiClient, signal?: AbortSignal): Promise<PolicyList> => client.get(`${V1}/policies`, {}, signal);
/** One policy with its releases. */
export const readPolicy = (client: ApiClient, namespace: string, name: string, signal?: AbortSignal): Promise<PolicyDetail> => client.get(`${V1}/namespaces/${part(namespace)}/policies/${part(name)}`, {}, signal);
/** What waits for people. */
export const listWaiting = (client: ApiClient, signal?: AbortSignal): Promise<WaitingList> => client.get(`${V1}/approvals`, {}, signal);
/** Images that policies took up. */
export const listImages = (client: ApiClient, signal?: AbortSignal): Promise<ImageUpdateList> => client.get(`${V1}/images`, {}, signal);
/** Approves or rejects an image. */
export const actOnImage = (client: ApiClient, update: ImageUpdateView, verb: 'approve' | 'reject', comment?: string): Promise<unknown> =>
  client.post(`${V1}/namespaces/${part(update.namespace)}/image-updates/${part(update.name)}/actions/${verb}`, { uid: update.uid, ...(comment === undefined ? {} : { comment }) });
