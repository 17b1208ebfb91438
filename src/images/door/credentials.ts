import { isSender, type SenderName } from '../senders/senders.js';

/** What a sender has to show; one of them is enough. */
export interface Proof {
  readonly basic?: { readonly username: string; readonly password: string };
  /** As `Authorization: Bearer …`, or `?token=…` for senders that send no header of ours. */
  readonly token?: string;
  /** The key of the HMAC by which a sender signs the body. */
  readonly hmac?: string;
}

/** What senders of webhooks have to show. */
export interface WebhookCredentials extends Proof {
  /** In place of the above, for one sender. */
  readonly senders?: Readonly<Partial<Record<SenderName, Proof>>>;
}

/**
 * Reads the keys of a Secret: `username` and `password`, `token`, `hmac`; the same for one sender alone as `github.hmac`.
 * A trailing line end, as files have it, is no part of a value.
 * @param values decoded @throws Error naming the key that cannot be used, never its value
 */
export function webhookCredentials(values: Readonly<Record<string, string>>): WebhookCredentials {
  const groups = new Map<string, Record<string, string>>();
  for (const [key, raw] of Object.entries(values)) {
    const [, sender = '', field = ''] = /^(?:([a-z]+)\.)?(username|password|token|hmac)$/.exec(key) ?? [];
    if (field === '' || (sender !== '' && !isSender(sender))) throw new Error(`credentials of webhooks have no key "${key}"; there are username, password, token and hmac, and the same for one sender as github.hmac`);
    const value = raw.replace(/\r?\n$/, '');
    if (value === '') throw new Error(`the key ${key} of the credentials of webhooks is empty; give it a value, or leave it out`);
    groups.set(sender, { ...groups.get(sender), [field]: value });
  }
  const senders = Object.fromEntries([...groups].filter(([sender]) => sender !== '').map(([sender, group]) => [sender, proofOf(group, `${sender}.`)]));
  return { ...proofOf(groups.get('') ?? {}, ''), ...(Object.keys(senders).length === 0 ? {} : { senders }) };
}

function proofOf({ username, password, token, hmac }: Readonly<Record<string, string>>, prefix: string): Proof {
  if ((username === undefined) !== (password === undefined)) throw new Error(`the credentials of webhooks have only one of ${prefix}username and ${prefix}password; give both`);
  return {
    ...(username === undefined || password === undefined ? {} : { basic: { username, password } }),
    ...(token === undefined ? {} : { token }),
    ...(hmac === undefined ? {} : { hmac }),
  };
}
