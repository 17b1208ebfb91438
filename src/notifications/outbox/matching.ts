import type { NotificationChannel } from '../../model/notifications/notification-channel.js';
import type { News } from '../news/news.js';

/** Whether a channel is for these news. @param labels of the policy that they are about */
export function isFor({ metadata, spec }: NotificationChannel, { event, namespace }: Pick<News, 'event' | 'namespace'>, labels: Readonly<Record<string, string>>): boolean {
  if (metadata.namespace !== undefined && metadata.namespace !== namespace) return false;
  if (spec.events && !spec.events.includes(event)) return false;
  return Object.entries(spec.policies ?? {}).every(([label, value]) => labels[label] === value);
}
