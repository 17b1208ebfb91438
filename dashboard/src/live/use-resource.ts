import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiProblem } from '../api/api-problem.js';
import type { Frame } from './frame.js';
import { useLive } from './live-context.js';
import { browserTicking } from './ticking.js';

/** Something of the API, as far as it is known. A value stays while it is read again, and while that fails. */
export interface Resource<T> {
  readonly value: T | undefined;
  readonly problem: ApiProblem | undefined;
  /** True until the first answer. */
  readonly loading: boolean;
  /** Reads it again; settles when done and never rejects. */
  reload(): Promise<void>;
}

/** Changes come in bunches: between two readings at least so many milliseconds, and so many times what the last one took. */
const APART = 400;
const TIMES = 5;

/**
 * Reads something when it is first drawn, when `key` changes, when a frame of the stream touches it, when the server says `reset`,
 * and when the connection is back after it failed. One reading at a time; the signal aborts when nobody waits any more.
 * A null key reads nothing.
 */
export function useResource<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>, touches: (frame: Frame) => boolean = () => false): Resource<T> {
  const live = useLive();
  const [state, setState] = useState<{ key: string | null; value?: T; problem?: ApiProblem }>({ key });
  // The latest functions without reading anew because a component was drawn anew.
  const latest = useRef({ load, touches });
  useEffect(() => {
    latest.current = { load, touches };
  });
  const again = useRef<() => Promise<void>>(async () => undefined);

  useEffect(() => {
    if (key === null) return undefined;
    const end = new AbortController();
    let reading: Promise<void> | undefined;
    let more = false;
    let failed = false;
    let cancel: (() => void) | undefined;
    let took = 0;

    const read = async (): Promise<void> => {
      cancel?.();
      cancel = undefined;
      const began = browserTicking.now();
      try {
        await live.ready;
        const value = await latest.current.load(end.signal);
        failed = false;
        if (!end.signal.aborted) setState({ key, value });
      } catch (error) {
        if (end.signal.aborted) return;
        failed = true;
        const problem = error instanceof ApiProblem ? error : new ApiProblem(0, 'Unexpected', error instanceof Error ? error.message : String(error));
        setState((before) => ({ ...(before.key === key && before.value !== undefined && problem.status !== 404 ? { value: before.value } : {}), key, problem }));
      } finally {
        took = browserTicking.now() - began;
      }
    };
    const now = async (): Promise<void> => {
      if (reading !== undefined) {
        more = true;
        return await reading;
      }
      reading = (async () => {
        do {
          more = false;
          await read();
        } while (more && !end.signal.aborted);
      })();
      await reading;
      reading = undefined;
    };
    const soon = (): void => {
      cancel ??= browserTicking.after(Math.max(APART, TIMES * took), () => void now());
    };
    again.current = now;
    void now();
    const offFrames = live.onFrame((frame) => {
      if (frame.kind === 'reset' || latest.current.touches(frame)) soon();
    });
    const offConnection = live.onConnection(() => {
      if (failed && live.connection().state === 'live') soon();
    });
    return () => {
      end.abort();
      cancel?.();
      offFrames();
      offConnection();
    };
  }, [key, live]);

  const reload = useCallback(async () => await again.current(), []);
  const mine = state.key === key ? state : { key };
  return {
    value: 'value' in mine ? mine.value : undefined,
    problem: 'problem' in mine ? mine.problem : undefined,
    loading: key !== null && !('value' in mine) && !('problem' in mine),
    reload,
  };
}
