import { Component, type ReactNode } from 'react';
import { EmptyState } from '../components/empty-state.js';
import { Button } from '../components/button.js';
import { useTexts } from '../i18n/i18n-context.js';
import { shellTexts } from './shell-texts.js';

/** Keeps a fault in one page from taking the navigation with it. */
export class BrokenPage extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error === undefined ? this.props.children : <Broken error={this.state.error} />;
  }
}

function Broken({ error }: { error: unknown }): ReactNode {
  const say = useTexts(shellTexts);
  return (
    <div role="alert">
      <EmptyState icon="warning" title={say('brokenPage')}>
        <p>{say('brokenWhy', { detail: error instanceof Error ? error.message : String(error) })}</p>
        <Button icon="retry" onClick={() => window.location.reload()}>{say('reload')}</Button>
      </EmptyState>
    </div>
  );
}
