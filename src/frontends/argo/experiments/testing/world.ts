import type { ReplicaSet } from '../../../../kubernetes/generated/apps-v1.js';
import type { Service } from '../../../../kubernetes/generated/core-v1.js';
import { cloneJson, deepEqual, isRecord } from '../../../../kubernetes/json.js';
import type { AnalysisRun, AnalysisTemplate, RunPhase } from '../../kinds/analysis.js';
import type { Experiment, ExperimentSpec } from '../../kinds/experiment.js';
import { advanceExperiment } from '../advance.js';
import { refusalKey, type ExperimentDecision, type ExperimentEvent, type ExperimentObservation } from '../observation.js';

export const START = Date.parse('2026-01-01T00:00:00Z');

export const podTemplate = (image: string, ports = true): ExperimentSpec['templates'][number]['template'] =>
  ({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image, ...(ports ? { ports: [{ containerPort: 8080 }] } : {}) }] } }) as unknown as ExperimentSpec['templates'][number]['template'];

export const template = (name: string, more: Partial<ExperimentSpec['templates'][number]> = {}): ExperimentSpec['templates'][number] => ({ name, selector: { matchLabels: { app: 'web' } }, template: podTemplate(`web:${name}`), ...more });

export const experiment = (spec: Partial<ExperimentSpec> = {}): Experiment => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Experiment',
  metadata: { name: 'try', namespace: 'shop', uid: 'uid-try' },
  spec: { templates: [template('baseline'), template('canary')], ...spec },
});

export const analysisTemplate = (name: string, more: Partial<AnalysisTemplate['spec']> = {}): AnalysisTemplate => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name, namespace: 'shop' },
  spec: { metrics: [{ name: 'rate', provider: { web: { url: 'http://shop/rate' } }, successCondition: 'result > 0.9' }], ...more },
});

/** A cluster that holds one Experiment, and does as it is told. */
export class ExperimentWorld {
  now = START;
  experiment: Experiment;
  replicaSets: ReplicaSet[] = [];
  services: Service[] = [];
  analysisRuns: AnalysisRun[] = [];
  templates: AnalysisTemplate[] = [analysisTemplate('rates')];
  readonly refusals = new Map<string, string>();
  readonly events: ExperimentEvent[] = [];
  /** Called before each write; may throw, as a process that is killed. */
  beforeWrite: () => void = () => undefined;
  writes = 0;

  constructor(spec: Partial<ExperimentSpec> = {}) {
    this.experiment = experiment(spec);
  }

  observe(): ExperimentObservation {
    const { replicaSets, services, analysisRuns } = cloneJson({ replicaSets: this.replicaSets, services: this.services, analysisRuns: this.analysisRuns });
    return { replicaSets, services, analysisRuns, known: { analysisTemplates: this.templates }, refused: this.refusals };
  }

  decide(): ExperimentDecision {
    return advanceExperiment(cloneJson(this.experiment), this.observe(), this.now);
  }

  /** One pass of the loop. */
  pass(): ExperimentDecision {
    const decision = this.decide();
    if (!deepEqual(this.experiment.status ?? {}, decision.status)) this.#write(() => (this.experiment = { ...this.experiment, status: cloneJson(decision.status) }));
    this.events.push(...decision.events);
    for (const object of decision.create) this.#write(() => this.#create(object));
    for (const { resource, name, patch } of decision.annotate) this.#write(() => this.#patch(resource.kind, name, patch));
    for (const { replicaSet, replicas } of decision.sizes) {
      this.#write(() => {
        const found = this.#named(this.replicaSets, replicaSet);
        found.spec = { ...found.spec, replicas };
      });
    }
    for (const { name } of decision.remove) this.#write(() => (this.services = this.services.filter(({ metadata }) => metadata.name !== name)));
    return decision;
  }

  /** Passes until nothing more is to be done at this time. */
  settle(): ExperimentDecision {
    for (let count = 0; count < 50; count += 1) {
      const before = JSON.stringify([this.experiment.status, this.replicaSets, this.services, this.analysisRuns]);
      const decision = this.pass();
      if (before === JSON.stringify([this.experiment.status, this.replicaSets, this.services, this.analysisRuns])) return decision;
    }
    throw new Error('it never comes to rest');
  }

  /** Starts and ends Pods until each ReplicaSet has what it is to have; those named stay unavailable. */
  runPods(unavailable: readonly string[] = []): void {
    for (const found of this.replicaSets) {
      const replicas = found.spec.replicas ?? 1;
      const ready = unavailable.includes(found.metadata.name) ? 0 : replicas;
      found.status = { replicas, readyReplicas: ready, availableReplicas: ready };
    }
  }

  finishRun(name: string, phase: RunPhase, message?: string): void {
    this.#named(this.analysisRuns, name).status = { phase, ...(message === undefined ? {} : { message }) };
  }

  after(seconds: number): this {
    this.now += seconds * 1000;
    return this;
  }

  replicaSet(name: string): ReplicaSet {
    return this.#named(this.replicaSets, name);
  }

  #write(effect: () => void): void {
    this.beforeWrite();
    this.writes += 1;
    effect();
  }

  #create(object: ExperimentDecision['create'][number]): void {
    if (this.refusals.has(refusalKey(object))) return;
    const copy = cloneJson(object);
    if (copy.kind === 'ReplicaSet') this.#add(this.replicaSets, copy as ReplicaSet);
    else if (copy.kind === 'Service') this.#add(this.services, copy as Service);
    else this.#add(this.analysisRuns, copy as AnalysisRun);
  }

  #add<T extends { metadata: { name: string } }>(list: T[], object: T): void {
    if (list.some(({ metadata }) => metadata.name === object.metadata.name)) throw new Error(`${object.metadata.name} is there already`);
    list.push(object);
  }

  #patch(kind: string, name: string, patch: unknown): void {
    const found = this.#named<{ metadata: { name: string } }>(kind === 'ReplicaSet' ? this.replicaSets : this.analysisRuns, name);
    merge(found as unknown as Record<string, unknown>, patch);
  }

  #named<T extends { metadata: { name: string } }>(list: readonly T[], name: string): T {
    const found = list.find(({ metadata }) => metadata.name === name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  }
}

function merge(into: Record<string, unknown>, patch: unknown): void {
  for (const [key, value] of Object.entries(isRecord(patch) ? patch : {})) {
    const below = into[key];
    if (isRecord(value)) merge((into[key] = isRecord(below) ? below : {}) as Record<string, unknown>, value);
    else into[key] = value;
  }
}
