import { Type } from 'typebox';
import { StringEnum } from '../../schema/typebox.js';

const METHODS = ['link', 'token', 'oidc'] as const;

/** How people can sign in here. */
export const SignInMethods = Type.Object({
  methods: Type.Array(StringEnum(METHODS)),
  oidcName: Type.Optional(Type.String({ description: 'What the button that leads to the provider says.' })),
}, { additionalProperties: false });

/** Who is signed in. */
export const SessionAnswer = Type.Object({
  user: Type.String({ description: 'The name that the cluster knows this person by.' }),
  groups: Type.Array(Type.String()),
  method: StringEnum(METHODS),
  csrf: Type.String({ description: 'With a cookie, every change carries this in the header X-Serin-CSRF. Empty for bearer tokens, which need none.' }),
  expiresAt: Type.String({ format: 'date-time', description: 'When to sign in again. For a bearer token, until when the cluster is not asked about it again.' }),
  version: Type.String({ description: 'Of this server.' }),
}, { additionalProperties: false });

/** What `POST /api/v1/session` takes. */
export const TokenSignIn = Type.Object({
  token: Type.String({ minLength: 1, maxLength: 16_384, description: 'A bearer token that the cluster takes, such as from: kubectl create token NAME.' }),
}, { additionalProperties: false });

/** What a provider sends back by the browser; more may come with it (RFC 6749, 4.1.2; RFC 9207). */
export const AuthorizationAnswer = Type.Object({
  code: Type.Optional(Type.String({ maxLength: 4_096 })),
  state: Type.Optional(Type.String({ maxLength: 512 })),
  iss: Type.Optional(Type.String({ maxLength: 512 })),
  error: Type.Optional(Type.String({ maxLength: 512 })),
});
