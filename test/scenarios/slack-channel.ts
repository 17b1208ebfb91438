import { createHmac, randomUUID } from 'node:crypto';
import type { ClusterClient } from '../../src/cluster/client.js';
import { resources } from '../../src/kubernetes/resources.js';
import type { NotificationChannelSpec } from '../../src/model/notifications/notification-channel.js';
import { API_VERSION, serinResources } from '../../src/model/resources.js';
import { SlackServer } from '../../src/notifications/testing/slack-server.js';
import { systemClock } from '../../src/ports/clock.js';

/** The name of the channel that `openSlackChannel` makes. */
export const SLACK_CHANNEL = 'releases';
/** What stands in the Secret of that channel. */
export const SLACK_SECRET = { token: 'xoxb-s3cret', signingSecret: 'signing-secret-of-slack' } as const;

/** A Slack whose one channel is `#releases`; not started. */
export const newSlack = (): SlackServer => new SlackServer(SLACK_SECRET.token, { id: 'C01', name: '#releases' });

/** Has a namespace told of its releases there. @param options.slack started */
export async function openSlackChannel(client: ClusterClient, { namespace, slack, users }: { namespace: string; slack: SlackServer; users: NonNullable<NotificationChannelSpec['users']> }): Promise<void> {
  const data = Object.fromEntries(Object.entries(SLACK_SECRET).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
  await client.create(resources.secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'slack' }, data });
  await client.create(serinResources.notificationChannels, {
    apiVersion: API_VERSION, kind: 'NotificationChannel', metadata: { namespace, name: SLACK_CHANNEL },
    spec: { slack: { channel: '#releases', address: slack.http.address }, secret: 'slack', users },
  });
}

/** What the button of a message about this release carries, as it stands in the message; undefined while there is none. */
export function buttonIn({ messages }: SlackServer, verb: 'approve' | 'reject' | 'abort', release: string): string | undefined {
  const values = [...JSON.stringify(messages).matchAll(/"value":("(?:[^"\\]|\\.)*")/g)].map(([, text = '""']) => String(JSON.parse(text)));
  return values.findLast((value) => value.includes(`"v":"${verb}"`) && value.includes(`"n":"${release}"`));
}

/** What comes from Slack. */
export interface SlackPost {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What Slack posts when this person presses a button (docs.slack.dev/authentication/verifying-requests-from-slack). @param press.signedWith the signing secret, unless it is forged */
export function pressed({ http }: SlackServer, { value, user, signedWith = SLACK_SECRET.signingSecret }: { value: string; user: string; signedWith?: string }): SlackPost {
  const payload = {
    type: 'block_actions', user: { id: user }, channel: { id: 'C01', name: 'releases' }, response_url: `${http.address}/response/1`, trigger_id: randomUUID(),
    actions: [{ action_id: 'serin.approve', block_id: 'b', type: 'button', value }],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = String(Math.floor(systemClock.now() / 1000));
  const signature = `v0=${createHmac('sha256', signedWith).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  return { body, headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature } };
}
