import type { ListenAddress } from './listen-address.js';
import { isLoopback } from './listen-address.js';

/** `serin server` as it was typed. */
export interface ServerFlags {
  readonly listen: ListenAddress;
  readonly publicUrl?: string;
  readonly oidcIssuer?: string;
  readonly oidcClientId?: string;
  readonly oidcClientSecretFile?: string;
  readonly oidcName?: string;
  readonly oidcScopes?: string;
  readonly oidcUserClaim?: string;
  readonly oidcGroupsClaim?: string;
  readonly oidcUserPrefix?: string;
  readonly oidcGroupsPrefix?: string;
  readonly oidcKnownToCluster?: boolean;
  readonly impersonate?: boolean;
  readonly webhookSecret?: string;
  readonly chats?: boolean;
  readonly tlsCertFile?: string;
  readonly tlsKeyFile?: string;
  readonly trustProxy?: boolean;
}

/** Sign-in by OpenID Connect. */
export interface OidcPlan {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  /** What the button says. */
  readonly name: string;
  readonly scopes?: readonly string[];
  readonly userClaim?: string;
  readonly groupsClaim?: string;
  readonly userPrefix?: string;
  readonly groupsPrefix?: string;
  /** The cluster takes the issuer's ID tokens itself, so people act with their own. */
  readonly knownToCluster: boolean;
}

/** What flags and files come to. */
export interface ServerPlan {
  readonly listen: ListenAddress & { readonly tls?: { readonly cert: string; readonly key: string } };
  /** The origin that people see, without a slash at its end. */
  readonly publicUrl?: string;
  readonly oidc?: OidcPlan;
  readonly impersonates: boolean;
  readonly webhookSecret?: { readonly namespace: string; readonly name: string };
  readonly chats: boolean;
  readonly trustProxy: boolean;
  /** What is worth a warning, a sentence each. */
  readonly warnings: readonly string[];
}

/** All that is wrong with the flags of a server, a line each. */
export class ServerFlagsError extends Error {
  override readonly name = 'ServerFlagsError';
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/**
 * Checks all flags at once, and reads the files that they name.
 * @param readText throws where a file cannot be read
 * @throws ServerFlagsError that names every flag that is wrong
 */
export async function serverPlan(flags: ServerFlags, readText: (path: string) => Promise<string>): Promise<ServerPlan> {
  const problems: string[] = [];
  const fileText = async (flag: string, path: string | undefined): Promise<string | undefined> => {
    if (path === undefined) return undefined;
    const text = await readText(path).catch((error: unknown) => void problems.push(`${flag}: ${path} cannot be read (${error instanceof Error ? error.message : 'unknown reason'}).`));
    if (text?.trim() === '') problems.push(`${flag}: ${path} is empty.`);
    return text ?? undefined;
  };
  const publicUrl = publicUrlOf(flags.publicUrl, problems);
  const [cert, key, clientSecret] = [await fileText('--tls-cert-file', flags.tlsCertFile), await fileText('--tls-key-file', flags.tlsKeyFile), await fileText('--oidc-client-secret-file', flags.oidcClientSecretFile)];
  if ((flags.tlsCertFile === undefined) !== (flags.tlsKeyFile === undefined)) problems.push('--tls-cert-file and --tls-key-file belong together: give both, or none.');
  const oidc = oidcOf(flags, clientSecret, problems);
  if (flags.chats === true && flags.impersonate !== true) problems.push('--chats: what a chat says is done in the name of a person, which needs --impersonate.');
  const webhookSecret = secretOf(flags.webhookSecret, problems);
  if (problems.length > 0) throw new ServerFlagsError(problems.join('\n'));
  const tls = cert === undefined || key === undefined ? undefined : { cert, key };
  const plain = tls === undefined && !isLoopback(flags.listen.host) && !(publicUrl?.startsWith('https:') ?? false);
  return {
    listen: { ...flags.listen, ...(tls === undefined ? {} : { tls }) },
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(oidc === undefined ? {} : { oidc }),
    impersonates: flags.impersonate ?? false,
    ...(webhookSecret === undefined ? {} : { webhookSecret }),
    chats: flags.chats ?? false,
    trustProxy: flags.trustProxy ?? false,
    warnings: plain ? ['Tokens and cookies travel unencrypted unless something in front of this server speaks TLS; say so with --public-url https://…, or give --tls-cert-file and --tls-key-file.'] : [],
  };
}

function publicUrlOf(text: string | undefined, problems: string[]): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
    problems.push(`--public-url: "${text}" is no origin; write it as https://serin.example.com, without a path.`);
    return undefined;
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) problems.push(`--public-url: ${url.origin} is not encrypted, and people send tokens there; only https is taken, or http on this machine.`);
  return url.origin;
}

function oidcOf(flags: ServerFlags, clientSecret: string | undefined, problems: string[]): OidcPlan | undefined {
  const { oidcIssuer: issuer, oidcClientId: clientId } = flags;
  if (issuer === undefined) {
    const alone = Object.entries(flags).filter(([name, value]) => name.startsWith('oidc') && value !== undefined).map(([name]) => flagOf(name));
    if (alone.length > 0) problems.push(`${alone.join(', ')}: without --oidc-issuer there is no sign-in by OpenID Connect; give that, too.`);
    return undefined;
  }
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url === undefined || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)))) problems.push(`--oidc-issuer: "${issuer}" is no https URL.`);
  if (clientId === undefined) problems.push('--oidc-issuer needs --oidc-client-id: the name under which the issuer knows Serin.');
  if (flags.publicUrl === undefined) problems.push('--oidc-issuer needs --public-url: the issuer sends people back to it.');
  const knownToCluster = flags.oidcKnownToCluster ?? false;
  if (flags.impersonate !== true && !knownToCluster) problems.push('--oidc-issuer needs --impersonate, or --oidc-known-to-cluster where the cluster takes the ID tokens of this issuer itself: else nobody who signs in that way can do anything.');
  const { oidcUserClaim: userClaim, oidcGroupsClaim: groupsClaim, oidcUserPrefix: userPrefix, oidcGroupsPrefix: groupsPrefix } = flags;
  return {
    issuer, clientId: clientId ?? '', name: flags.oidcName ?? url?.hostname ?? issuer, knownToCluster,
    ...(clientSecret === undefined ? {} : { clientSecret: clientSecret.trim() }),
    ...(flags.oidcScopes === undefined ? {} : { scopes: flags.oidcScopes.split(/[\s,]+/).filter((scope) => scope !== '') }),
    ...(userClaim === undefined ? {} : { userClaim }),
    ...(groupsClaim === undefined ? {} : { groupsClaim }),
    ...(userPrefix === undefined ? {} : { userPrefix }),
    ...(groupsPrefix === undefined ? {} : { groupsPrefix }),
  };
}

const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function secretOf(text: string | undefined, problems: string[]): ServerPlan['webhookSecret'] {
  if (text === undefined) return undefined;
  const [namespace = '', name = '', ...more] = text.split('/');
  if (more.length > 0 || !DNS_LABEL.test(namespace) || !DNS_NAME.test(name)) {
    problems.push(`--webhook-secret: "${text}" names no Secret; write it as namespace/name.`);
    return undefined;
  }
  return { namespace, name };
}
