import type { ClusterClient } from '../../src/cluster/client.js';
import type { Loop } from '../../src/cluster/loop.js';
import { releaseWith } from '../../src/engine/testing/arbitraries.js';
import type { NotificationChannel } from '../../src/model/notifications/notification-channel.js';
import type { ReleaseStatus } from '../../src/model/release.js';
import { API_VERSION } from '../../src/model/resources.js';
import { startNotifications, type NotificationsOptions } from '../../src/notifications/start-notifications.js';
import { seededRandom } from '../../src/ports/random.js';
import { resources, serinResources, type Driver } from './driver.js';
import { namespace } from './program.js';

/** A channel whose secrets are in the Secret `chats`. */
export const channel = (name: string, spec: NotificationChannel['spec']): NotificationChannel => ({ apiVersion: API_VERSION, kind: 'NotificationChannel', metadata: { name, namespace }, spec: { secret: 'chats', ...spec } });

/** Creates a Secret, or writes it anew. */
export async function writeSecret({ client }: Driver, name: string, texts: Readonly<Record<string, string>>): Promise<void> {
  const data = Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
  if (await client.find(resources.secrets, { namespace, name })) await client.patch(resources.secrets, { namespace, name }, { kind: 'merge', body: { data } });
  else await client.create(resources.secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data });
}

/** How a channel fares. */
export const channelStatus = (driver: Driver, name: string): NotificationChannel['status'] => driver.object(serinResources.notificationChannels, { namespace, name })?.status;

/** The loop of notifications beside everything else, which leads as long as it is told to. */
export const notificationsOf = (driver: Driver, client: ClusterClient, leads: () => boolean = () => true, options: NotificationsOptions = {}): Loop =>
  startNotifications(options)({
    client, clock: driver.clock, random: seededRandom(1), signal: new AbortController().signal, mayWrite: leads, shared: () => undefined, withoutConfig: false,
    note: (_, what) => void driver.notes.push(what), onError: (error, about) => void driver.errors.push(`${about}: ${error.message}`),
  });

/** Writes a release as a controller would: one that waits for approval, unless the change says otherwise. */
export async function writeRelease(driver: Driver, name: string, change: Partial<ReleaseStatus> = {}): Promise<void> {
  const { metadata: { uid: _, generation: __, ...metadata }, spec } = releaseWith([{ kind: 'approve', approvals: 1 }, { kind: 'promote' }]);
  const time = new Date(driver.clock.now()).toISOString();
  await driver.run(async () => {
    const found = await driver.client.find(serinResources.releases, { namespace, name });
    if (!found) await driver.client.create(serinResources.releases, { apiVersion: API_VERSION, kind: 'Release', metadata: { ...metadata, name, namespace }, spec });
    const base = { phase: 'Progressing', step: { index: 0, startedAt: found?.status?.step.startedAt ?? time }, startedAt: found?.status?.startedAt ?? time, message: 'Waits for approval, 0 of 1: serin approve web.', intent: { routing: 'keep', share: 0, sizes: {}, holders: { stable: 'home', canary: 'release', others: 'release' }, paused: true } };
    await driver.client.patch(serinResources.releases, { namespace, name }, { kind: 'merge', body: { status: { ...base, ...change } } }, { subresource: 'status' });
  });
}
