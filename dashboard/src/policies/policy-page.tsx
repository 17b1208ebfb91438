import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { readPolicy } from '../api/calls.js';
import { EmptyState } from '../components/empty-state.js';
import { Notice, ProblemNotice } from '../components/notice.js';
import { PageHead } from '../components/page-head.js';
import { Skeleton } from '../components/skeleton.js';
import { StateBadge } from '../components/state-badge.js';
import { stateOfPolicy } from '../components/states.js';
import { useColumns } from '../components/use-media.js';
import { VirtualList } from '../components/virtual-list.js';
import { useFormats, useSaid, useTexts } from '../i18n/i18n-context.js';
import { useClient } from '../live/live-context.js';
import { useResource } from '../live/use-resource.js';
import { ReleaseItem, releaseAddress } from '../releases/release-item.js';
import { DeliveryFigures } from './delivery-figures.js';
import { policyTexts } from './policy-texts.js';

/** One policy: how it stands, how well it delivers, and its releases. */
export function PolicyPage({ namespace, name }: { namespace: string; name: string }): ReactNode {
  const say = useTexts(policyTexts);
  const said = useSaid();
  const formats = useFormats();
  const client = useClient();
  const wide = useColumns();
  const id = `${namespace}/${name}`;
  const { value: policy, problem, loading, reload } = useResource(`policy ${id}`, async (signal) => await readPolicy(client, namespace, name, signal), (frame) =>
    (frame.kind === 'policy' && frame.id === id) || (frame.kind === 'release' && frame.release.namespace === namespace && frame.release.policy === name));
  const releases = new Map((policy?.releases ?? []).map((release) => [release.uid, release]));
  return (
    <>
      <PageHead title={name} lead={<>{namespace} · <Link href="/policies">{say('all')}</Link></>}>
        {policy === undefined ? null : <StateBadge shown={stateOfPolicy(policy)} />}
      </PageHead>
      <div className="stack">
        {problem === undefined ? null : <ProblemNotice problem={problem} onRetry={() => void reload()} />}
        {loading ? <Skeleton lines={5} height={5} /> : null}
        {policy === undefined ? null : (
          <>
            {policy.frozen === undefined ? null : (
              <Notice tone="hold" icon="freeze">{say('frozen', { window: policy.frozen.window, until: formats.dateTime(policy.frozen.until), why: policy.frozen.why })}</Notice>
            )}
            <section className="card">
              <p>{said(policy.message, policy.messageZh)}</p>
              <dl className="facts">
                <dt>{say('workload')}</dt><dd>{policy.workload}</dd>
                {policy.strategy === undefined ? null : <><dt>{say('strategy')}</dt><dd>{policy.strategy}</dd></>}
                {policy.stable === undefined ? null : <><dt>{say('stable')}</dt><dd className="mono">{policy.stable.replicaSet}</dd></>}
                {policy.rejected === undefined ? null : (
                  <><dt>{say('rejected')}</dt><dd><span className="mono">{policy.rejected.replicaSet}</span>, <Link href={releaseAddress(namespace, policy.rejected.release)}>{policy.rejected.release}</Link> ({policy.rejected.reason})</dd></>
                )}
              </dl>
            </section>
            <DeliveryFigures delivery={policy.delivery} />
            <section className="stack tight">
              <h2>{say('releases')}</h2>
              {releases.size === 0 ? <EmptyState icon="releases" title={say('noReleases')} /> : (
                <div className="list">
                  <VirtualList ids={[...releases.keys()]} rowHeight={wide ? 60 : 104} label={say('releases')}>
                    {(uid) => {
                      const release = releases.get(uid);
                      return release === undefined ? null : <ReleaseItem release={release} />;
                    }}
                  </VirtualList>
                </div>
              )}
            </section>
            <details className="card">
              <summary>{say('spec')}</summary>
              <pre className="spec" tabIndex={0} aria-label={say('spec')}>{policy.yaml}</pre>
            </details>
          </>
        )}
      </div>
    </>
  );
}
