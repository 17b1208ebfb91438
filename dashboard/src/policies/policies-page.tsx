import { useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import { listPolicies } from '../api/calls.js';
import { Command } from '../components/command.js';
import { EmptyState } from '../components/empty-state.js';
import { ProblemNotice } from '../components/notice.js';
import { PageHead } from '../components/page-head.js';
import { SearchField } from '../components/search-field.js';
import { Skeleton } from '../components/skeleton.js';
import { useColumns } from '../components/use-media.js';
import { VirtualList } from '../components/virtual-list.js';
import { useFormats, useTexts } from '../i18n/i18n-context.js';
import { useClient } from '../live/live-context.js';
import { useResource } from '../live/use-resource.js';
import { PolicyItem } from './policy-item.js';
import { policyTexts } from './policy-texts.js';

/** All policies, with how well they deliver. */
export function PoliciesPage(): ReactNode {
  const say = useTexts(policyTexts);
  const formats = useFormats();
  const client = useClient();
  const [search, setSearch] = useState('');
  const read = useResource('policies', async (signal) => await listPolicies(client, signal), (frame) => frame.kind === 'policy');
  const wide = useColumns();
  const words = useDeferredValue(search).toLowerCase().trim();
  const all = read.value?.items;
  const byId = useMemo(() => new Map((all ?? []).map((policy) => [policy.id, policy])), [all]);
  const ids = useMemo(() => (all ?? []).filter(({ id, workload }) => `${id} ${workload}`.toLowerCase().includes(words)).map(({ id }) => id), [all, words]);

  return (
    <>
      <PageHead title={say('title')} />
      <search className="filters alone"><SearchField label={say('search')} value={search} onChange={setSearch} /></search>
      {read.problem === undefined ? null : <ProblemNotice problem={read.problem} onRetry={() => void read.reload()} />}
      {read.loading ? <div className="list card"><Skeleton lines={6} height={3.5} /></div> : ids.length > 0 ? (
        <div className="list">
          <div className="list-head of-policies" aria-hidden="true">
            <span>{say('policy')}</span><span>{say('state')}</span><span>{say('says')}</span>
            <span className="numbers"><span>{say('releasesShort')}</span><span>{say('long')}</span><span>{say('takenBack')}</span><span>{say('hurtShort')}</span></span>
          </div>
          <VirtualList ids={ids} rowHeight={wide ? 56 : 116} label={say('title')}>
            {(id) => {
              const policy = byId.get(id);
              return policy === undefined ? null : <PolicyItem policy={policy} />;
            }}
          </VirtualList>
        </div>
      ) : byId.size > 0 ? <EmptyState icon="search" title={say('noMatchTitle')} /> : read.problem === undefined ? (
        <EmptyState icon="policies" title={say('noneTitle')}>
          <p>{say('none')}</p>
          <Command text="kubectl apply -f policy.yaml" />
        </EmptyState>
      ) : null}
      <p className="list-foot" role="status">{byId.size === 0 ? null : say('counted', { shown: formats.count(ids.length), total: formats.count(byId.size) })}</p>
    </>
  );
}
