import type { AnalysisRun } from '../../../frontends/argo/kinds/analysis.js';
import type { RunDefaults } from '../../../frontends/argo/runs/resolved-run.js';
import type { Job } from '../../../kubernetes/generated/batch-v1.js';
import type { Informer } from '../../../cluster/informer.js';
import type { Caches } from '../../caches.js';
import type { ControllerContext } from '../../context.js';
import type { OtherController } from '../../other-controller.js';
import type { Measurements } from './measurements.js';

/** What every part of the loop over AnalysisRuns is given. */
export interface AnalysisRunContext extends Pick<ControllerContext, 'client' | 'clock' | 'faults' | 'leadership' | 'conflicts' | 'events'> {
  readonly caches: Pick<Caches, 'jobs' | 'pods'>;
  readonly runs: Informer<AnalysisRun>;
  readonly measurements: Measurements;
  readonly defaults: RunDefaults;
  /** Jobs that are gone since they ended, by the key of the run. */
  readonly gone: Map<string, Map<string, Job>>;
  readonly others: Pick<OtherController, 'about'>;
}

export interface RunName {
  readonly namespace: string;
  readonly name: string;
}

export const runKey = ({ namespace, name }: RunName): string => `${namespace}/${name}`;

export function parseRunKey(key: string): RunName {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
}
