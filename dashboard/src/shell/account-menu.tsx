import { useId, type ReactNode } from 'react';
import { signOut } from '../api/calls.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { languages, type Language } from '../i18n/catalogue.js';
import { useFormats, usePreferences, useTexts } from '../i18n/i18n-context.js';
import { themes } from '../i18n/preferences.js';
import { useClient } from '../live/live-context.js';
import { useSession } from './session-context.js';
import { shellTexts } from './shell-texts.js';

/** Names of languages in themselves: who does not read the present one finds theirs. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', zh: '中文' };

/** Who is signed in, the way out, and how the page is to look. A native popover: Esc and a click elsewhere close it. */
export function AccountMenu(): ReactNode {
  const say = useTexts(shellTexts);
  const formats = useFormats();
  const client = useClient();
  const { session, forget } = useSession();
  const id = useId();
  return (
    <>
      <button type="button" className="tab account" popoverTarget={id} title={session.user}>
        <Icon name="person" />
        <span className="cut">{say('you')}</span>
      </button>
      <div id={id} popover="auto" className="menu" role="group" aria-label={say('you')}>
        <div>
          <p className="small soft">{say('signedInAs')}</p>
          <p className="strong">{session.user}</p>
          {session.groups.length === 0 ? null : <p className="small soft">{say('groups')}: {formats.list(session.groups)}</p>}
          <p className="small soft">{say('until', { time: formats.dateTime(session.expiresAt) })}</p>
        </div>
        <LanguageChoice />
        <ThemeChoice />
        <div className="spread">
          <span className="small soft">{say('version', { version: session.version })}</span>
          <Button small icon="leave" onClick={() => void signOut(client).catch(() => undefined).then(forget)}>{say('signOut')}</Button>
        </div>
      </div>
    </>
  );
}

/** Chooses the language. */
export function LanguageChoice(): ReactNode {
  const say = useTexts(shellTexts);
  const [preferences, choose] = usePreferences();
  return <Choice legend={say('language')} options={languages} value={preferences.language} name={(one) => languageNames[one]} onChoose={(language) => choose({ language })} />;
}

/** Chooses light, dark, or as the system has it. */
export function ThemeChoice(): ReactNode {
  const say = useTexts(shellTexts);
  const [preferences, choose] = usePreferences();
  return <Choice legend={say('theme')} options={themes} value={preferences.theme} name={say} onChoose={(theme) => choose({ theme })} />;
}

function Choice<T extends string>({ legend, options, value, name, onChoose }: { legend: string; options: readonly T[]; value: T; name: (one: T) => string; onChoose: (one: T) => void }): ReactNode {
  const group = useId();
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      <div className="options">
        {options.map((one) => (
          <label key={one}>
            <input type="radio" name={group} value={one} checked={one === value} onChange={() => onChoose(one)} />
            {name(one)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
