import type { Job } from '../../kubernetes/generated/batch-v1.js';

/** The Jobs of releases' metrics, as the controller reads and writes them. */
export interface MeasuringJobs {
  /** All with these labels, in any order. */
  list(namespace: string, labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<readonly Job[]>;
  /** Creates it; does nothing where one of its name is there. */
  create(job: Job, signal: AbortSignal): Promise<void>;
  /** Takes the finalizer off and deletes it with its Pods. */
  remove(job: Job, signal: AbortSignal): Promise<void>;
}
