import { useDeferredValue, useMemo, type ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { Button } from '../components/button.js';
import { Command } from '../components/command.js';
import { EmptyState } from '../components/empty-state.js';
import { ProblemNotice } from '../components/notice.js';
import { PageHead } from '../components/page-head.js';
import { Skeleton } from '../components/skeleton.js';
import { useColumns } from '../components/use-media.js';
import { VirtualList } from '../components/virtual-list.js';
import { useFormats, useTexts } from '../i18n/i18n-context.js';
import { MOST_RELEASES, useKnownReleases, useLive, useReleaseIds } from '../live/live-context.js';
import { everything, type ReleaseFilter } from '../live/release-filter.js';
import { useResource } from '../live/use-resource.js';
import { filterOfQuery, queryOfFilter } from './filter-query.js';
import { ReleaseFilters } from './release-filters.js';
import { LiveReleaseItem } from './release-item.js';
import { releaseListTexts } from './release-list-texts.js';

/** All releases, live. */
export function ReleasesPage(): ReactNode {
  const say = useTexts(releaseListTexts);
  const formats = useFormats();
  const live = useLive();
  const [query, setQuery] = useSearchParams();
  const filter = useMemo(() => filterOfQuery(query), [query]);
  // Typing stays smooth: the list may follow a moment later.
  const ids = useReleaseIds(useDeferredValue(filter));
  const { namespaces, size } = useKnownReleases();
  const read = useResource('releases', async (signal) => await live.readReleases(signal));
  const wide = useColumns();
  const change = (part: Partial<ReleaseFilter>): void => setQuery(queryOfFilter({ ...filter, ...part }), { replace: true });
  const total = read.value?.total ?? 0;

  return (
    <>
      <PageHead title={say('title')} />
      <ReleaseFilters filter={filter} namespaces={namespaces} onChange={change} />
      {read.problem === undefined ? null : <ProblemNotice problem={read.problem} onRetry={() => void read.reload()} />}
      {read.loading ? <div className="list card"><Skeleton lines={6} height={3.5} /></div> : ids.length > 0 ? (
        <div className="list">
          <div className="list-head" aria-hidden="true">
            <span>{say('release')}</span><span>{say('state')}</span><span>{say('versions')}</span><span>{say('share')}</span><span>{say('doing')}</span><span>{say('began')}</span>
          </div>
          <VirtualList ids={ids} rowHeight={wide ? 60 : 104} label={say('title')}>{(id) => <LiveReleaseItem id={id} />}</VirtualList>
        </div>
      ) : size > 0 ? (
        <EmptyState icon="search" title={say('noMatchTitle')}>
          <p>{say('noMatch')}</p>
          <Button onClick={() => change(everything)}>{say('clear')}</Button>
        </EmptyState>
      ) : read.problem === undefined ? (
        <EmptyState icon="releases" title={say('noneTitle')}>
          <p>{say('none')}</p>
          <Command text="kubectl -n shop set image deployment/web web=web:v2" />
        </EmptyState>
      ) : null}
      <p className="list-foot" role="status">
        {size === 0 ? null : say('counted', { shown: formats.count(ids.length), total: formats.count(size) })}
        {total > MOST_RELEASES ? ` ${say('truncated', { most: formats.count(MOST_RELEASES), total: formats.count(total) })}` : null}
      </p>
    </>
  );
}
