import { pino } from 'pino';
import { createClient } from '../../cluster/create-client.js';
import { systemClock } from '../../ports/clock.js';
import type { Transport } from '../../ports/transport.js';
import { doorRoutes } from '../doors.js';
import { resourceRoutes } from '../resources/routes.js';
import { createRights } from '../rights.js';
import type { RouteParts } from '../route.js';
import { cookieJar } from '../sign-in/cookies.js';
import { Guesses } from '../sign-in/guesses.js';
import { OidcSignIn } from '../sign-in/oidc.js';
import { signInRoutes } from '../sign-in/routes.js';
import { Sessions } from '../sign-in/sessions.js';
import { Tokens } from '../sign-in/tokens.js';
import { documentRoute } from './document-route.js';
import { openApiDocument } from './document.js';

/** The document of a server on which everything is switched on, for the reference pages. Starts nothing, and reaches no cluster. */
export function describedApi(): Record<string, unknown> {
  const nowhere = (): Promise<never> => Promise.reject(new Error('there is no cluster behind the document'));
  const transport: Transport = { request: nowhere, stream: nowhere };
  const client = createClient(transport, { fieldManager: 'serin' });
  const clock = systemClock;
  const clientOf = () => client;
  const parts: RouteParts = { client, clientOf, clock, random: () => 0, log: pino({ level: 'silent' }), rights: createRights({ client, clientOf, clock }) };
  const guesses = new Guesses({ perSecond: 1, burst: 1 }, clock);
  const oidc = { provider: new OidcSignIn({ issuer: 'https://issuer.example', clientId: 'serin' }, 'https://serin.example/sign-in/oidc/callback', clock), name: '' };
  const routes = [
    ...signInRoutes({ sessions: new Sessions(clock), tokens: new Tokens(client, clock), takesTokens: true, guesses, cookies: cookieJar(true, 0), clock, version: '', oidc }),
    ...doorRoutes({ guesses }),
    ...resourceRoutes(parts).routes,
  ];
  return openApiDocument([...routes, documentRoute(routes)]);
}
