import { systemClock } from '../../ports/clock.js';
import type { NotificationChannelSpec } from '../../model/notifications/notification-channel.js';
import { messageKey } from '../outbox/keys.js';
import type { News } from '../news/news.js';
import { readChannelSecret } from '../sending/channel-secret.js';
import { createPoster, type Poster } from '../sending/poster.js';
import { senderFor } from '../senders/senders.js';
import type { Outgoing, Sender } from '../senders/sender.js';
import { wordsOf } from '../texts/words.js';

/** A sender with this Secret, as the loop makes one. */
export async function senderWith(spec: NotificationChannelSpec, secret: Readonly<Record<string, string>>, poster: Poster = createPoster({ clock: systemClock }), now?: () => number): Promise<Sender> {
  const data = Object.fromEntries(Object.entries(secret).map(([key, value]) => [key, Buffer.from(`${value}\n`).toString('base64')]));
  const client = { find: () => Promise.resolve({ data }) } as unknown as Parameters<typeof readChannelSecret>[0];
  const channel = { apiVersion: 'serin.dev/v1alpha1', kind: 'NotificationChannel', metadata: { name: 'team', namespace: 'shop' }, spec: { ...spec, secret: 'chat' } };
  const clock = now ? { ...systemClock, now } : systemClock;
  return senderFor(spec, { poster, clock, secret: await readChannelSecret(client, channel, false), pageUrl: 'https://serin.test' });
}

export const outgoing = (news: News, language: 'en' | 'zh' = 'en'): Outgoing => ({ key: messageKey([news.key]), thread: `serin-${news.about.uid}`, words: wordsOf(news, language, 'https://serin.test/'), news: [news] });
