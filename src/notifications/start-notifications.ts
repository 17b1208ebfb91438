import { isNotFound } from '../cluster/api-error.js';
import { createInformer } from '../cluster/create-informer.js';
import type { Change, Informer, RunningInformer } from '../cluster/informer.js';
import type { Loop, LoopParts, StartLoop } from '../cluster/loop.js';
import { createWorkQueue, type WorkResult } from '../cluster/work-queue.js';
import type { Pod } from '../kubernetes/generated/core-v1.js';
import { deepEqual } from '../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';
import type { NotificationChannel } from '../model/notifications/notification-channel.js';
import type { Release } from '../model/release.js';
import { serinResources } from '../model/resources.js';
import { newsOfImage } from './news/image-news.js';
import type { Findings, News, Seen } from './news/news.js';
import { newsOfRelease } from './news/release-news.js';
import { workOnChannel, type ChannelWorkParts, type FindPage } from './outbox/channel-work.js';
import { isFor } from './outbox/matching.js';
import { Outbox } from './outbox/outbox.js';
import { createPoster } from './sending/poster.js';

/** How notifications are told. */
export interface NotificationsOptions {
  /** Where the page is, for links; asked before each message. Messages have none when absent, and while there is none. */
  readonly findPage?: FindPage;
  /** What somebody who approves a release at this moment has seen; buttons carry it. @param pods those of its namespace */
  readonly seenOf?: (release: Release, pods: readonly Pod[]) => Seen;
}

/** So many channels are worked on at once; each sends one message after the other. */
const WORKERS = 8;
/** How long a message that is being sent may take when everything stops, in milliseconds. */
const GRACE = 3000;

/** Whether a change may make other channels concerned. */
const concernsLabels = (change: Change<KubernetesObject>): boolean => change.type === 'added' || (change.type === 'changed' && !deepEqual(change.before.metadata.labels ?? {}, change.object.metadata.labels ?? {}));

const nowhere: FindPage = () => Promise.resolve(undefined);

type Subject = 'release' | 'image' | 'channel' | 'cluster';

/** The loop that tells people of releases. Nothing waits for it: a release never does. */
export const startNotifications = (options: NotificationsOptions = {}): StartLoop => (parts) => new Notifications(parts, options);

class Notifications implements Loop {
  readonly #parts: LoopParts;
  readonly #options: NotificationsOptions;
  readonly #own: RunningInformer<KubernetesObject>[] = [];
  readonly #outboxes = new Map<string, { readonly uid: string; readonly outbox: Outbox }>();
  /** What there was to tell of each object when it was looked at last: what is new since then has just happened. */
  readonly #known = new Map<string, ReadonlySet<string>>();
  readonly #sending = new AbortController();
  readonly #work: ChannelWorkParts;
  readonly #releases: Informer<Release>;
  readonly #policies;
  readonly #updates;
  readonly #imagePolicies;
  readonly #channels: Readonly<Record<'channel' | 'cluster', RunningInformer<NotificationChannel> | undefined>>;
  readonly #queue;

  constructor(parts: LoopParts, options: NotificationsOptions) {
    this.#parts = parts;
    this.#options = options;
    const { clock, random, onError } = parts;
    this.#queue = createWorkQueue((key) => this.#look(key), { clock, random, workers: WORKERS, onError: (key, error) => onError(error, `notifications of ${key}`) });
    this.#releases = parts.shared(serinResources.releases) ?? this.#watch(serinResources.releases);
    this.#policies = parts.shared(serinResources.releasePolicies) ?? this.#watch(serinResources.releasePolicies);
    this.#updates = parts.shared(serinResources.imageUpdates) ?? this.#watch(serinResources.imageUpdates);
    this.#imagePolicies = parts.shared(serinResources.imagePolicies) ?? this.#watch(serinResources.imagePolicies);
    this.#channels = {
      channel: this.#watch(serinResources.notificationChannels),
      // Who works in one namespace may not see them.
      cluster: parts.namespace === undefined ? this.#watch(serinResources.clusterNotificationChannels) : undefined,
    };
    this.#work = { ...parts, poster: createPoster({ clock, findAddress: parts.findAddress }), findPage: options.findPage ?? nowhere, sending: this.#sending.signal };
    this.#releases.onChange(({ object }) => this.#add('release', object));
    this.#updates.onChange(({ object }) => this.#add('image', object));
    // Labels of policies say whom their news are for.
    this.#policies.onChange((change) => {
      if (concernsLabels(change)) for (const release of this.#releases.list({ namespace: change.object.metadata.namespace ?? '' })) if (release.spec.policy === change.object.metadata.name) this.#add('release', release);
    });
    this.#imagePolicies.onChange((change) => {
      if (concernsLabels(change)) for (const update of this.#updates.list({ namespace: change.object.metadata.namespace ?? '' })) if (update.spec.policy === change.object.metadata.name) this.#add('image', update);
    });
    for (const kind of ['channel', 'cluster'] as const) {
      this.#channels[kind]?.onChange((change) => {
        this.#add(kind, change.object);
        // Its own status changes with each message; only another spec makes other news matter.
        if (change.type === 'added' || (change.type === 'changed' && change.before.metadata.generation !== change.object.metadata.generation)) this.#everythingTold();
      });
    }
  }

  /** What is not there does not hold up the controller: on a cluster with older definitions there are no channels. */
  untilReady(): Promise<void> {
    return Promise.resolve();
  }

  missing(): readonly string[] {
    return [];
  }

  queueDepth(): number {
    return this.#queue.busy;
  }

  lookAtEverything(): void {
    for (const kind of ['channel', 'cluster'] as const) for (const channel of this.#channels[kind]?.list() ?? []) this.#add(kind, channel);
    this.#everythingTold();
  }

  async stop(): Promise<void> {
    const stopped = new AbortController();
    const grace = this.#parts.clock.sleep(GRACE, stopped.signal).then(() => this.#sending.abort(new Error('notifications are stopped')), () => undefined);
    await this.#queue.stop();
    stopped.abort();
    await grace;
    this.#sending.abort(new Error('notifications are stopped'));
    await this.#work.poster.stop();
    await Promise.all(this.#own.map((informer) => informer.stop()));
  }

  #watch<T extends KubernetesObject>(resource: Resource<T>): RunningInformer<T> {
    const { client, clock, random, signal, namespace, onError } = this.#parts;
    let said = '';
    const informer = createInformer(client, resource, {
      clock, random, signal,
      ...(namespace === undefined || !resource.namespaced ? {} : { namespace }),
      onListed: () => {
        said = '';
        this.lookAtEverything();
      },
      onError: (error) => {
        // A kind that is not served is no fault, and what is one is told once.
        if (!isNotFound(error) && error.message !== said) onError(error, `watch of ${resource.plural}`);
        said = error.message;
      },
    });
    this.#own.push(informer as unknown as RunningInformer<KubernetesObject>);
    return informer;
  }

  #add(subject: Subject, { metadata: { namespace = '', name } }: KubernetesObject): void {
    this.#queue.add(`${subject} ${namespace}/${name}`);
  }

  #everythingTold(): void {
    for (const release of this.#releases.list()) this.#add('release', release);
    for (const update of this.#updates.list()) this.#add('image', update);
  }

  async #look(key: string): Promise<WorkResult | undefined> {
    const [, subject = '', namespace = '', name = ''] = /^(\S+) ([^/]*)\/(.*)$/.exec(key) ?? [];
    if (!this.#parts.mayWrite()) {
      // Whoever leads tells what happens now.
      this.#known.clear();
      return undefined;
    }
    if (subject === 'release') return this.#tellOf(key, this.#findingsOfRelease({ namespace, name }));
    if (subject === 'image') return this.#tellOf(key, this.#findingsOfImage({ namespace, name }));
    const informer = this.#channels[subject === 'cluster' ? 'cluster' : 'channel'];
    const channel = informer?.get({ name, ...(namespace === '' ? {} : { namespace }) });
    if (!informer || !channel) return void this.#outboxes.delete(key);
    return workOnChannel(informer, channel, this.#outboxOf(key, channel), this.#work);
  }

  #findingsOfRelease(at: { namespace: string; name: string }): (Findings & { labels: Readonly<Record<string, string>> }) | undefined {
    const release = this.#releases.get(at);
    if (!release) return undefined;
    const { seenOf } = this.#options;
    const pods = this.#parts.shared(resources.pods);
    const seen = seenOf && ((): Seen => seenOf(release, pods?.list({ namespace: at.namespace }) ?? []));
    const labels = this.#policies.get({ namespace: at.namespace, name: release.spec.policy })?.metadata.labels ?? {};
    return { ...newsOfRelease(release, { now: this.#parts.clock.now(), seen }), labels };
  }

  #findingsOfImage(at: { namespace: string; name: string }): (Findings & { labels: Readonly<Record<string, string>> }) | undefined {
    const update = this.#updates.get(at);
    if (!update) return undefined;
    const policy = this.#imagePolicies.get({ namespace: at.namespace, name: update.spec.policy });
    return { ...newsOfImage(update, policy), labels: policy?.metadata.labels ?? {} };
  }

  #allChannels(): readonly { readonly key: string; readonly channel: NotificationChannel }[] {
    return (['channel', 'cluster'] as const).flatMap((kind) => (this.#channels[kind]?.list() ?? []).map((channel) => ({ key: `${kind} ${channel.metadata.namespace ?? ''}/${channel.metadata.name}`, channel })));
  }

  #tellOf(subject: string, findings: (Findings & { labels: Readonly<Record<string, string>> }) | undefined): WorkResult | undefined {
    const before = this.#known.get(subject);
    if (!findings) {
      this.#known.delete(subject);
      return undefined;
    }
    const { news, settled, labels, lookAgainAt } = findings;
    this.#known.set(subject, new Set(news.map(({ key }) => key)));
    const now = this.#parts.clock.now();
    for (const { key, channel } of this.#allChannels()) {
      const outbox = this.#outboxOf(key, channel);
      outbox.read(channel.status ?? {});
      if (channel.status?.observedGeneration !== channel.metadata.generation) outbox.startFrom(now - SINCE_CHANGE);
      const concerns = (each: Pick<News, 'event' | 'namespace'>): boolean => isFor(channel, each, labels);
      const offered = news.filter(concerns).map((each) => outbox.offer(each, now, before !== undefined && !before.has(each.key)));
      const changed = settled.filter(concerns).map((each) => outbox.settle(each));
      if ([...offered, ...changed].includes(true)) this.#queue.add(key);
    }
    return lookAgainAt === undefined ? undefined : { againAfter: Math.max(0, lookAgainAt - now) };
  }

  #outboxOf(key: string, { metadata: { uid = '', creationTimestamp } }: NotificationChannel): Outbox {
    const known = this.#outboxes.get(key);
    if (known?.uid === uid) return known.outbox;
    // What happened before there was a channel is old.
    const outbox = new Outbox(Date.parse(creationTimestamp ?? '') || this.#parts.clock.now());
    this.#outboxes.set(key, { uid, outbox });
    return outbox;
  }
}

/** A channel that was changed is not told now what it did not want to hear before, but for this long, in milliseconds. */
const SINCE_CHANGE = 300_000;
