import type { ReactNode } from 'react';
import type { ApiProblem } from '../api/api-problem.js';
import { useTexts } from '../i18n/i18n-context.js';
import type { Tone } from './badge.js';
import { Button } from './button.js';
import { componentTexts } from './component-texts.js';
import { Icon, type IconName } from './icon.js';
import { useProblemText } from './problem-text.js';

const ICONS: Readonly<Record<Tone, IconName>> = { ok: 'ok', bad: 'warning', wait: 'wait', hold: 'pause', run: 'run', none: 'wait' };

/** Something that a person should know about the whole page or card. */
export function Notice({ tone, icon, children }: { tone: Tone; icon?: IconName; children: ReactNode }): ReactNode {
  return (
    <div className={`notice tone-${tone}`}>
      <Icon name={icon ?? ICONS[tone]} />
      <div>{children}</div>
    </div>
  );
}

/** Why something could not be read, and a way to try again. */
export function ProblemNotice({ problem, onRetry }: { problem: ApiProblem; onRetry?: () => void }): ReactNode {
  const say = useTexts(componentTexts);
  const textOf = useProblemText();
  return (
    <div role="alert">
      <Notice tone="bad">
        <div className="spread">
          <div>
            <p>{textOf(problem)}</p>
            {problem.requestId === undefined ? null : <p className="small soft">{say('requestId', { id: problem.requestId })}</p>}
          </div>
          {onRetry === undefined ? null : <Button small icon="retry" onClick={onRetry}>{say('tryAgain')}</Button>}
        </div>
      </Notice>
    </div>
  );
}
