import { isForbidden, isNotFound } from '../../cluster/api-error.js';
import { LeaseView } from '../../cluster/lease-record.js';
import { argoController } from '../../controller/argo/argo-controller.js';
import type { Deployment } from '../../kubernetes/generated/apps-v1.js';
import { isRecord } from '../../kubernetes/json.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { Clock } from '../../ports/clock.js';
import type { Reading } from './reading.js';

/** A controller whose objects are taken over. */
export interface FormerController {
  /** As in "… runs". */
  readonly title: string;
  /** What its Deployment is called, and what the label app.kubernetes.io/name says. */
  readonly deployment: string;
  readonly leases: { readonly namespace: string; readonly name: RegExp } | undefined;
  /** For how long after its last write of a status it is thought to be at work, in milliseconds. */
  readonly quiet: number;
  /** Which fields of a status only it writes. */
  readonly statusFields: readonly string[];
  /** How to stop it. */
  readonly stop: string;
}

/** Argo Rollouts' own. */
export const argo: FormerController = {
  title: "Argo Rollouts' own controller", deployment: 'argo-rollouts', leases: argoController.leases, quiet: argoController.quiet, statusFields: argoController.statusFields,
  stop: 'kubectl -n argo-rollouts scale deployment argo-rollouts --replicas=0',
};

/** Flagger. It looks at each Canary every analysis interval, a minute in most, and writes only what changed. */
export const flagger: FormerController = {
  title: 'Flagger', deployment: 'flagger', leases: undefined, quiet: 120_000,
  statusFields: ['f:phase', 'f:conditions', 'f:lastAppliedSpec', 'f:lastPromotedSpec', 'f:canaryWeight', 'f:iterations', 'f:failedChecks', 'f:trackedConfigs', 'f:lastTransitionTime'],
  stop: 'kubectl -n flagger-system scale deployment flagger --replicas=0',
};

interface Asking extends Reading {
  readonly clock: Clock;
  readonly tell: (line: string) => void;
}

/** How often a Lease is looked at, in milliseconds. */
const LOOK = 2_000;

/**
 * Why a controller is thought to be at work; undefined when it is not. Whatever may not be seen says nothing.
 * @param vouched whether somebody says that it is stopped, so that the time of its last write does not matter
 */
export async function atWork(former: FormerController, object: KubernetesObject, vouched: boolean, asking: Asking): Promise<string | undefined> {
  const { title, stop, quiet } = former;
  const running = await runningDeployment(former, asking);
  if (running) return `${title} runs: Deployment ${running.metadata.namespace ?? ''}/${running.metadata.name} has ${running.status?.replicas ?? 0} Pods. Stop it first: ${stop}.`;
  const held = await heldLease(former, asking);
  if (held !== undefined) return `${title} holds the Lease ${held}. Stop it first: ${stop}.`;
  const last = vouched ? undefined : lastWrite(former, object, asking.clock.now());
  if (last === undefined) return undefined;
  return `${last.manager} wrote the status of ${object.kind} ${object.metadata.name} at ${new Date(last.time).toISOString()}. Stop ${title} (${stop}). Once it is, add --stopped, or ask again at ${new Date(last.time + quiet).toISOString()}.`;
}

async function runningDeployment({ deployment }: FormerController, reading: Reading): Promise<Deployment | undefined> {
  const found = [...(await deploymentsOf({ fieldSelector: `metadata.name=${deployment}` }, reading)), ...(await deploymentsOf({ labelSelector: `app.kubernetes.io/name=${deployment}` }, reading))];
  return found.find(({ status }) => (status?.replicas ?? 0) > 0);
}

async function deploymentsOf(selector: { readonly fieldSelector?: string; readonly labelSelector?: string }, { client, signal }: Reading): Promise<Deployment[]> {
  try {
    return (await client.list(resources.deployments, { ...selector, signal })).items;
  } catch (error) {
    if (isForbidden(error)) return [];
    throw error;
  }
}

/** A Lease that is held: one that runs out while it is watched was left behind. @returns its name */
async function heldLease({ leases }: FormerController, { client, signal, clock, tell }: Asking): Promise<string | undefined> {
  if (!leases) return undefined;
  const views = new Map<string, { readonly view: LeaseView; readonly renewed: string | undefined }>();
  for (let hasTold = false; ; hasTold = true) {
    const { items } = await client.list(resources.leases, { namespace: leases.namespace, signal }).catch((error: unknown) => {
      if (isForbidden(error) || isNotFound(error)) return { items: [] };
      throw error;
    });
    const named = items.filter(({ metadata }) => leases.name.test(metadata.name));
    const open = named.filter((lease) => {
      const known = views.get(lease.metadata.name) ?? { view: new LeaseView(), renewed: lease.spec.renewTime };
      views.set(lease.metadata.name, known);
      return known.view.remaining(lease, clock.monotonic()) > 0;
    });
    const [first] = open;
    if (!first) return undefined;
    const renewed = open.find(({ metadata, spec }) => views.get(metadata.name)?.renewed !== spec.renewTime);
    if (renewed) return `${leases.namespace}/${renewed.metadata.name} (${renewed.spec.holderIdentity ?? ''})`;
    if (!hasTold) tell(`Waits to see whether the Lease ${leases.namespace}/${first.metadata.name} is renewed.`);
    await clock.sleep(LOOK, signal);
  }
}

function lastWrite({ statusFields, quiet }: FormerController, { metadata }: KubernetesObject, now: number): { readonly manager: string; readonly time: number } | undefined {
  for (const { manager = '', fieldsV1, time = '' } of metadata.managedFields ?? []) {
    const fields: unknown = isRecord(fieldsV1) ? fieldsV1['f:status'] : undefined;
    if (!isRecord(fields) || !statusFields.some((field) => field in fields)) continue;
    if (Date.parse(time) + quiet > now) return { manager, time: Date.parse(time) };
  }
  return undefined;
}
