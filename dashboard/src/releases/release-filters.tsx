import type { ReactNode } from 'react';
import { SearchField } from '../components/search-field.js';
import { useTexts } from '../i18n/i18n-context.js';
import type { ReleaseFilter } from '../live/release-filter.js';
import { releaseListTexts } from './release-list-texts.js';

const OUTCOMES = ['all', 'running', 'completed', 'aborted'] as const;

/** What narrows the list down. */
export function ReleaseFilters({ filter, namespaces, onChange }: { filter: ReleaseFilter; namespaces: readonly string[]; onChange: (change: Partial<ReleaseFilter>) => void }): ReactNode {
  const say = useTexts(releaseListTexts);
  // A namespace that is asked for and has no release now can still be read, and left.
  const known = filter.namespace === '' || namespaces.includes(filter.namespace) ? namespaces : [filter.namespace, ...namespaces];
  return (
    <search className="filters">
      <SearchField label={say('search')} value={filter.search} onChange={(search) => onChange({ search })} />
      <select className="input" aria-label={say('namespace')} value={filter.namespace} onChange={(event) => onChange({ namespace: event.target.value })}>
        <option value="">{say('allNamespaces')}</option>
        {known.map((namespace) => <option key={namespace} value={namespace}>{namespace}</option>)}
      </select>
      <select className="input" aria-label={say('outcome')} value={filter.outcome} onChange={(event) => onChange({ outcome: OUTCOMES.find((one) => one === event.target.value) ?? 'all' })}>
        {OUTCOMES.map((outcome) => <option key={outcome} value={outcome}>{say(outcome)}</option>)}
      </select>
      <label className="check">
        <input type="checkbox" checked={filter.waitsForMe} onChange={(event) => onChange({ waitsForMe: event.target.checked })} />
        {say('waitsForMe')}
      </label>
    </search>
  );
}
