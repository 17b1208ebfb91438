import type { ClusterClient } from '../../cluster/client.js';
import { createWebhookDoor } from '../../images/door/receive-webhook.js';
import { webhookCredentials, type WebhookCredentials } from '../../images/door/credentials.js';
import { resources } from '../../kubernetes/resources.js';
import type { Clock } from '../../ports/clock.js';
import type { WebhookDoor } from '../../server/doors.js';
import { unavailable } from '../../server/errors.js';
import type { ServerPlan } from './server-plan.js';

/** What a door for image events works with. */
export interface ImageDoorParts {
  readonly client: ClusterClient;
  readonly clock: Clock;
  /** The one namespace whose policies are told; all when absent. */
  readonly namespace?: string;
}

/** How long credentials are used before they are looked up again, in milliseconds: so long a changed Secret may take. */
const CREDENTIALS_AGE = 30_000;

/** The door for senders that show these credentials. */
export function imageDoor(parts: ImageDoorParts, credentials: WebhookCredentials): WebhookDoor {
  const door = createWebhookDoor({ ...parts, credentials });
  return (request) => door({ ...request, query: new URLSearchParams(request.query) });
}

/** The door for senders that show what stands in a Secret. @throws HttpError 503 while that cannot be read or used */
export function imageDoorOfSecret(parts: ImageDoorParts, secret: NonNullable<ServerPlan['webhookSecret']>): WebhookDoor {
  let known: { readonly door: WebhookDoor; readonly until: number } | undefined;
  return async (request) => {
    if (known === undefined || known.until <= parts.clock.monotonic()) {
      known = { door: imageDoor(parts, await credentialsIn(parts.client, secret)), until: parts.clock.monotonic() + CREDENTIALS_AGE };
    }
    return known.door(request);
  };
}

/** @throws HttpError 503 that names the Secret and never what is in it */
export async function credentialsIn(client: ClusterClient, { namespace, name }: NonNullable<ServerPlan['webhookSecret']>): Promise<WebhookCredentials> {
  const found = await client.find(resources.secrets, { namespace, name });
  if (found === undefined) throw unavailable(`Webhooks cannot be checked: there is no Secret ${namespace}/${name}.`, 60);
  try {
    return webhookCredentials(Object.fromEntries(Object.entries(found.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')])));
  } catch (error) {
    throw unavailable(`Webhooks cannot be checked: Secret ${namespace}/${name}: ${error instanceof Error ? error.message : 'it cannot be used'}.`, 60);
  }
}
