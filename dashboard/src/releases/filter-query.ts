import { everything, type ReleaseFilter } from '../live/release-filter.js';

const OUTCOMES = ['running', 'completed', 'aborted'] as const;

/** The filter that the query of an address asks for; what it does not know counts as absent. So a list can be sent as a link. */
export function filterOfQuery(query: URLSearchParams): ReleaseFilter {
  return {
    search: query.get('search') ?? '',
    namespace: query.get('namespace') ?? '',
    outcome: OUTCOMES.find((one) => one === query.get('outcome')) ?? 'all',
    waitsForMe: query.get('waiting') === 'me',
  };
}

/** The same filter as the query of an address; nothing for what hides nothing. */
export function queryOfFilter(filter: ReleaseFilter): URLSearchParams {
  const query = new URLSearchParams();
  if (filter.search !== everything.search) query.set('search', filter.search);
  if (filter.namespace !== everything.namespace) query.set('namespace', filter.namespace);
  if (filter.outcome !== everything.outcome) query.set('outcome', filter.outcome);
  if (filter.waitsForMe) query.set('waiting', 'me');
  return query;
}
