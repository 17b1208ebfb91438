/** Which part of a container's log is wanted. */
export interface LogOptions {
  readonly follow: boolean;
  /** The instance before the one that runs. */
  readonly previous: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  readonly sinceSeconds?: number;
  readonly timestamps: boolean;
  readonly signal?: AbortSignal;
}

/** Whose log. */
export interface LogTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  /** How often the container was started again; names the file of its newest instance. */
  readonly restartCount: number;
}

/** Where Pod logs are read from. */
export interface LogSource {
  /** @throws Error when there is no such log; its message is shown to the client */
  read(target: LogTarget, options: LogOptions): AsyncIterable<string>;
}
