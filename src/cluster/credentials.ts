/** Who we are to an API server, as of now. Never part of a message or a log. */
export interface Credential {
  /** Value of the `authorization` header. */
  readonly authorization?: string;
  /** Client certificate and its key, PEM. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** Where credentials come from: fixed ones, a token file, an exec plugin. */
export interface CredentialSource {
  /** Asked before each request; answers from a cache where it can. @throws CredentialError */
  current(signal?: AbortSignal): Promise<Credential>;
  /** The server answered 401 to `refused`. @returns whether there is another one now, so that one more try makes sense */
  renew(refused: Credential, signal?: AbortSignal): Promise<boolean>;
  /** Ends what runs to get credentials. */
  stop?(): Promise<void>;
}

/** No credential could be had; the message names where it should have come from and what to do. */
export class CredentialError extends Error {
  override readonly name = 'CredentialError';
}

/** Credentials that never change. */
export function fixedCredentials(credential: Credential): CredentialSource {
  return { current: () => Promise.resolve(credential), renew: () => Promise.resolve(false) };
}
