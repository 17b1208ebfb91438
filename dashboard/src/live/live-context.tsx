import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import { listReleases } from '../api/calls.js';
import type { ApiClient } from '../api/client.js';
import type { ReleaseSummary } from '../api/types.js';
import type { Frame } from './frame.js';
import type { ReleaseFilter } from './release-filter.js';
import { createReleaseStore, type ReleaseStore } from './release-store.js';
import { openStream, type Connection } from './stream.js';
import { browserTicking, createMoment, type Moment } from './ticking.js';

/** What lives as long as somebody is signed in. */
export interface Live {
  readonly client: ApiClient;
  readonly releases: ReleaseStore;
  readonly moment: Moment;
  /** Resolves once changes are heard of, or after a moment without: what is read from then on is not out of date at once. */
  readonly ready: Promise<void>;
  /** Calls the listener with every frame of the stream. */
  onFrame(listener: (frame: Frame) => void): () => void;
  connection(): Connection;
  onConnection(listener: () => void): () => void;
  retryNow(): void;
  /** Reads the list of releases and keeps it up to date from then on. Rejects as the API does. */
  readReleases(signal: AbortSignal): Promise<{ total: number }>;
}

/** More releases than anybody looks through; the list says so when there are more. */
export const MOST_RELEASES = 5_000;
/** A tab that nobody looks at gives its connection back after so many milliseconds. */
const HIDDEN_FOR = 60_000;
/** Who waits longer for the stream reads without it, and once more when it is there. */
const PATIENCE = 400;

/** Everything live, and what starts it. The function that `start` gives stops it again. */
export function createLive(client: ApiClient, onSignedOut: () => void): Live & { start(): () => void } {
  const frames = new Set<(frame: Frame) => void>();
  const connections = new Set<() => void>();
  const releases = createReleaseStore((call) => {
    // Browsers draw nothing in a hidden tab, and what came must not pile up there.
    if (document.visibilityState === 'visible') requestAnimationFrame(call);
    else setTimeout(call, 250);
  });
  let connection: Connection = { state: 'connecting', since: browserTicking.now() };
  let retryNow = (): void => undefined;
  let settle = (): void => undefined;
  let settled = false;
  const ready = new Promise<void>((resolve) => {
    settle = () => {
      settled = true;
      resolve();
    };
  });
  let late = false;
  // Frames of releases are kept only once somebody has asked for the list.
  let wanted = false;

  const take = (frame: Frame): void => {
    if (wanted && frame.kind === 'release') releases.put(frame.release);
    if (wanted && frame.kind === 'gone') releases.remove(frame.id);
    for (const listener of frames) listener(frame);
  };
  const start = (): (() => void) => {
    const stream = openStream({
      url: '/api/v1/stream',
      fetch: (input, init) => fetch(input, init),
      ticking: browserTicking,
      random: () => Math.random(),
      onFrame: take,
      onConnection: (now) => {
        connection = now;
        if (now.state === 'live') {
          if (late) take({ kind: 'reset' });
          late = false;
          settle();
        }
        for (const listener of connections) listener();
      },
      onSignedOut,
    });
    retryNow = stream.retryNow;
    const cancelPatience = browserTicking.after(PATIENCE, () => {
      late = !settled;
      settle();
    });
    let cancelHiding: (() => void) | undefined;
    const look = (): void => {
      cancelHiding?.();
      if (document.visibilityState === 'hidden') cancelHiding = browserTicking.after(HIDDEN_FOR, stream.suspend);
      else stream.resume();
    };
    // A browser that knows that it is offline says so sooner than the silence does.
    const offline = (): void => stream.drop();
    document.addEventListener('visibilitychange', look);
    window.addEventListener('online', stream.retryNow);
    window.addEventListener('offline', offline);
    return () => {
      cancelPatience();
      cancelHiding?.();
      document.removeEventListener('visibilitychange', look);
      window.removeEventListener('online', stream.retryNow);
      window.removeEventListener('offline', offline);
      void stream.stop();
    };
  };
  return {
    client,
    releases,
    ready,
    moment: createMoment(browserTicking, client.clockOffset),
    onFrame: (listener) => {
      frames.add(listener);
      return () => frames.delete(listener);
    },
    connection: () => connection,
    onConnection: (listener) => {
      connections.add(listener);
      return () => connections.delete(listener);
    },
    retryNow: () => retryNow(),
    readReleases: async (signal) => {
      wanted = true;
      releases.beginReading();
      const { items, total } = await listReleases(client, MOST_RELEASES, signal);
      releases.replace(items);
      return { total };
    },
    start,
  };
}

const Context = createContext<Live | undefined>(undefined);

/** Follows the stream for as long as it is on the page. */
export function LiveProvider({ client, onSignedOut, children }: { client: ApiClient; onSignedOut: () => void; children: ReactNode }): ReactNode {
  const [live] = useState(() => createLive(client, onSignedOut));
  useEffect(() => live.start(), [live]);
  return <Context value={live}>{children}</Context>;
}

/** Everything live. */
export function useLive(): Live {
  const live = useContext(Context);
  if (live === undefined) throw new Error('Live data was used outside of LiveProvider; put the component inside it.');
  return live;
}

/** The API client of the person who is signed in. */
export const useClient = (): ApiClient => useLive().client;

/** How the page stands with the server. */
export function useConnection(): Connection {
  const live = useLive();
  return useSyncExternalStore(live.onConnection, live.connection);
}

/** The server's time in milliseconds, once a second. Use it as deep in the tree as possible: it draws anew each time. */
export function useNow(): number {
  const { moment } = useLive();
  return useSyncExternalStore(moment.subscribe, moment.read);
}

/** One release of the list, drawn anew only when it changes. */
export function useListedRelease(id: string): ReleaseSummary | undefined {
  const { releases } = useLive();
  return useSyncExternalStore(releases.subscribe, () => releases.read(id));
}

/** The ids that a filter lets through; the same array while nothing moved. */
export function useReleaseIds(filter: ReleaseFilter): readonly string[] {
  const { releases } = useLive();
  const { search, namespace, outcome, waitsForMe } = filter;
  const same = useMemo(() => ({ search, namespace, outcome, waitsForMe }), [search, namespace, outcome, waitsForMe]);
  return useSyncExternalStore(releases.subscribe, () => releases.ids(same));
}

/** Namespaces of the releases that are known, and how many these are. */
export function useKnownReleases(): { namespaces: readonly string[]; size: number } {
  const { releases } = useLive();
  return { namespaces: useSyncExternalStore(releases.subscribe, releases.namespaces), size: useSyncExternalStore(releases.subscribe, releases.size) };
}
