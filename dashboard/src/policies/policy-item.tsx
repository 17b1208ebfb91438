import { memo, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { PolicySummary } from '../api/types.js';
import { StateBadge } from '../components/state-badge.js';
import { stateOfPolicy } from '../components/states.js';
import { useFormats, useSaid, useTexts } from '../i18n/i18n-context.js';
import { policyTexts } from './policy-texts.js';

/** The address of a policy's page. */
export const policyAddress = (namespace: string, name: string): string => `/policies/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;

/** One policy as a row: name, state, what it says, and its delivery in four numbers. */
export const PolicyItem = memo(function PolicyItem({ policy }: { policy: PolicySummary }): ReactNode {
  const say = useTexts(policyTexts);
  const formats = useFormats();
  const said = useSaid();
  const { delivery } = policy;
  const numbers = [
    [say('releasesShort'), formats.compact(delivery.releases)],
    [say('long'), delivery.medianSeconds === undefined ? say('unknown') : formats.duration(delivery.medianSeconds)],
    [say('takenBack'), delivery.takenBackShare === undefined ? say('unknown') : formats.ratio(Math.round(delivery.takenBackShare * 100) / 100)],
    [say('hurtShort'), formats.compact(delivery.usersHurt)],
  ] as const;
  const says = said(policy.message, policy.messageZh);
  return (
    <Link href={policyAddress(policy.namespace, policy.name)} className="item policy-item">
      <span className="in-name cut" title={policy.id}>
        <span className="name">{policy.name}</span> <span className="soft small">{policy.namespace}</span>
      </span>
      <span className="in-state"><StateBadge shown={stateOfPolicy(policy)} /></span>
      <span className="in-what small soft cut" title={says}>{says}</span>
      <span className="in-numbers">
        {numbers.map(([name, value]) => <span key={name}><span className="soft">{name} </span>{value}</span>)}
      </span>
    </Link>
  );
});
