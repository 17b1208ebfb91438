import { isRecord } from '../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import { MalformedAnswer, objectOf } from './api-answer.js';
import { isGone } from './api-error.js';
import type { ListResult } from './client.js';

export interface Page {
  readonly limit?: number;
  readonly continue?: string;
}

/**
 * All pages of one list. A `continue` token that grew too old (410) starts the list over, at first in pages again, then
 * whole: pages that outlive the server's history once will do so again.
 * @throws ApiError, MalformedAnswer
 */
export async function listAll<T extends KubernetesObject>(
  resource: Resource<T>,
  path: string,
  pageSize: number,
  fetchPage: (page: Page) => Promise<unknown>,
): Promise<ListResult<T>> {
  for (const limit of [pageSize, pageSize]) {
    try {
      return await listPages(resource, path, limit, fetchPage);
    } catch (error) {
      if (!(error instanceof ContinueExpired)) throw error;
    }
  }
  return listPages(resource, path, undefined, fetchPage);
}

class ContinueExpired extends Error {}

async function listPages<T extends KubernetesObject>(
  resource: Resource<T>,
  path: string,
  limit: number | undefined,
  fetchPage: (page: Page) => Promise<unknown>,
): Promise<ListResult<T>> {
  const items: T[] = [];
  let token: string | undefined;
  for (;;) {
    const page = await fetchPage({ ...(limit === undefined ? {} : { limit }), ...(token === undefined ? {} : { continue: token }) }).catch(
      (error: unknown) => {
        throw token !== undefined && isGone(error) ? new ContinueExpired() : error;
      },
    );
    const { metadata, found } = pageOf(page, path);
    for (const item of found) items.push(objectOf(resource, item, `GET ${path}`));
    token = metadata.continue;
    if (token === undefined) return { items, resourceVersion: metadata.resourceVersion };
  }
}

function pageOf(page: unknown, path: string): { found: unknown[]; metadata: { resourceVersion: string; continue: string | undefined } } {
  const metadata = isRecord(page) ? page['metadata'] : undefined;
  const items = isRecord(page) ? (page['items'] ?? []) : undefined;
  const version = isRecord(metadata) ? metadata['resourceVersion'] : undefined;
  if (!isRecord(metadata) || !Array.isArray(items) || typeof version !== 'string') {
    throw new MalformedAnswer(`GET ${path}: the answer is not a list`);
  }
  const token = metadata['continue'];
  return { found: items, metadata: { resourceVersion: version, continue: typeof token === 'string' && token !== '' ? token : undefined } };
}
