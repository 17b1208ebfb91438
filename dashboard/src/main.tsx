import { createRoot } from 'react-dom/client';
import { createClient } from './api/client.js';
import { createPreferences } from './i18n/preferences.js';
import { App } from './shell/app.js';
import './styles/tokens.css';
import './styles/base.css';
import './styles/components.css';
import './styles/shell.css';
import './styles/lists.css';

const place = document.getElementById('page');
if (place === null) throw new Error('index.html has no element with the id "page"; build the page anew.');
const client = createClient({ fetch: (input, init) => fetch(input, init), now: () => Date.now() });
createRoot(place).render(<App client={client} preferences={createPreferences(storage(), navigator.languages)} />);

/** Reading the property alone throws where storage is forbidden. */
function storage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
