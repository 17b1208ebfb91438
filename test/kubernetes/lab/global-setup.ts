import type { TestProject } from 'vitest/node';
import { lanes } from './lanes.js';
import { joinCluster, startLab, type LabHandle } from './shared-lab.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Absent where no lane can run. */
    readonly lab: LabHandle | undefined;
  }
}

const START_MILLISECONDS = 300_000;

/** Starts what all lanes share, once for a run of tests. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (lanes().every(({ missing }) => missing.length > 0)) {
    project.provide('lab', undefined);
    return undefined;
  }
  const signal = AbortSignal.timeout(START_MILLISECONDS);
  const { SERIN_LAB_KUBECONFIG: theirs = '' } = process.env;
  const lab = await (theirs === '' ? startLab({}, signal) : joinCluster(theirs, signal));
  project.provide('lab', lab.handle);
  return lab.stop;
}
