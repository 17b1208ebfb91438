import type { NotificationEvent } from '../../model/notifications/notification-channel.js';
import type { Language } from '../../model/messages.js';

/** The same in each language. */
export type Bilingual = Readonly<Record<Language, string>>;

/** The plan and the images that an answer is for; carried by buttons as it is. */
export interface Seen {
  readonly plan: string;
  readonly images: readonly string[];
}

/** A release, as far as messages tell of it. */
export interface ToldRelease {
  readonly kind: 'release';
  readonly name: string;
  readonly uid: string;
  readonly stable: string;
  readonly canary: string;
  /** What the routing product has accepted for the canary, in per mille. */
  readonly share: number;
  /** Counts from 1; 0 before it begins. */
  readonly step: number;
  readonly steps: number;
  /** Requests that met the canary, and how many of them failed. */
  readonly requests: number;
  readonly failures: number;
  /** Why it was taken back, as a code. */
  readonly reason?: string;
}

/** An image that a policy took up. */
export interface ToldImage {
  readonly kind: 'image';
  readonly name: string;
  readonly uid: string;
  readonly image: string;
  readonly tag: string;
  readonly from?: string;
}

/** Whose consent is waited for. */
export interface Asking {
  /** Of a release: counts from 1; 0 before it begins. */
  readonly step: number;
  readonly wanted: number;
  readonly users: readonly string[];
  readonly groups: readonly string[];
  /** The window that it would be let through. */
  readonly freezeWindow?: string;
  readonly seen?: Seen;
}

/** Something that people may be told of; data only. */
export interface News {
  readonly event: NotificationEvent;
  /** The same for the same news, whoever finds it and whenever; of no other news. */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly namespace: string;
  /** The ReleasePolicy, or the ImagePolicy. */
  readonly policy: string;
  readonly about: ToldRelease | ToldImage;
  /** In sentences what happened. */
  readonly says: readonly Bilingual[];
  /** Only of news that ask people. */
  readonly asks?: Asking;
}

/** News that asked people and ask them no more: under the key that they had, with the answer in place of the question. */
export type Settled = Omit<News, 'asks'>;

/** What there is to tell of one object at the moment. */
export interface Findings {
  readonly news: readonly News[];
  readonly settled: readonly Settled[];
  /** When to look again though nothing changes, in milliseconds since the epoch. */
  readonly lookAgainAt?: number;
}
