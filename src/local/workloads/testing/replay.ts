import type { Informer } from '../../../cluster/informer.js';
import type { Deployment, ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { resources } from '../../../kubernetes/resources.js';
import { startLocalCluster, type LocalCluster } from './local-cluster.js';
import { NameBook } from './name-book.js';
import type { ObjectChange, RequestStep, Scenario, StateStep } from './scenario.js';
import { conditionsOf, describeChange, snapshot } from './observation.js';

/** Pods of the recording were ready after about this long. */
const READY_AFTER_MS = 250;

/** What came of a replay, in the words of the scenario. */
export interface Replay {
  /** Answers whose status was another than recorded. */
  readonly refusals: readonly string[];
  readonly states: readonly StateStep[];
  readonly changes: readonly ObjectChange[];
  readonly conditions: Readonly<Record<string, readonly string[]>>;
  readonly progress: Readonly<Record<string, readonly string[]>>;
  readonly firstDeleted: string | undefined;
}

/** Does the steps of a scenario at their times against the local API with our controllers. */
export async function replay(scenario: Scenario): Promise<Replay> {
  const cluster = await startLocalCluster({ readyAfter: READY_AFTER_MS });
  try {
    return await run(cluster, scenario);
  } finally {
    await cluster.stop();
  }
}

async function run(cluster: LocalCluster, scenario: Scenario): Promise<Replay> {
  const namespace = `scenario-${scenario.id.toLowerCase()}`;
  const names = new NameBook(scenario, namespace);
  const { informers, client } = cluster;
  const deployments = informers.of(resources.deployments);
  const replicaSets = informers.of(resources.replicaSets);
  const pods = informers.of(resources.pods);
  const configMaps = informers.of(resources.configMaps);
  await informers.untilSynced(new AbortController().signal);
  const changes: ObjectChange[] = [];
  const conditions: Record<string, readonly string[]> = {};
  const progress: Record<string, string[]> = {};
  const follow = <T extends KubernetesObject>(informer: Informer<T>, isDescribed: boolean): void => {
    informer.onChange(({ type, object }) => {
      if (object.metadata.namespace !== namespace) return;
      names.see(object);
      if (!isDescribed) return;
      const key = names.hide(`${object.kind}/${object.metadata.name}`);
      changes.push(names.hide(type === 'deleted' ? { object: key, deleted: true } : describeChange(key, object)));
      noteConditions(key, names.hide(type === 'deleted' ? undefined : conditionsOf(object)), conditions, progress);
    });
  };
  follow<Deployment>(deployments, true);
  follow<ReplicaSet>(replicaSets, true);
  follow(configMaps, true);
  follow(pods, false);
  let firstDeleted: string | undefined;
  pods.onChange(({ type, object }) => {
    if (type === 'deleted') firstDeleted ??= names.hide(object.metadata.name);
  });
  await client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace }, spec: {} });
  const refusals: string[] = [];
  const states: StateStep[] = [];
  let at = 0;
  for (const step of scenario.steps) {
    await cluster.pass(step.at - at);
    at = Math.max(at, step.at);
    if ('method' in step) refusals.push(...(await send(cluster, step, names)));
    else if ('state' in step) {
      const here = { namespace };
      states.push(names.hide({ ...step, ...snapshot(deployments.list(here), replicaSets.list(here), pods.list(here)) }));
    }
  }
  await cluster.pass(scenario.ended - at);
  return { refusals, states, changes, conditions, progress, firstDeleted };
}

async function send(cluster: LocalCluster, step: RequestStep, names: NameBook): Promise<string[]> {
  const answer = await cluster.transport.request({
    method: step.method,
    path: names.reveal(step.path),
    headers: { 'content-type': step.contentType ?? 'application/json' },
    ...(step.body !== undefined && { body: JSON.stringify(names.reveal(step.body)) }),
  });
  return answer.status === step.status ? [] : [`${step.do}: ${answer.status} instead of ${step.status}: ${answer.body.slice(0, 300)}`];
}

function noteConditions(
  key: string,
  now: readonly string[] | undefined,
  conditions: Record<string, readonly string[]>,
  progress: Record<string, string[]>,
): void {
  if (now === undefined || now.length === 0) delete conditions[key];
  else conditions[key] = now;
  const progressing = now?.find((condition) => condition.startsWith('Progressing='));
  if (progressing === undefined) return;
  const word = progressing.slice('Progressing='.length).split(':')[0] ?? '';
  const known = (progress[key] ??= []);
  if (known.at(-1) !== word) known.push(word);
}
