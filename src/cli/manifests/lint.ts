import { checkPolicy } from '../../controller/policy-checks.js';
import { OAM_GROUP, oamResources, type Application } from '../../frontends/kubevela/application.js';
import { checkApplication } from '../../frontends/kubevela/check.js';
import type { ControllerRevision } from '../../kubernetes/generated/apps-v1.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { inReadingOrder, type ManifestProblem } from '../../manifests/problem.js';
import type { ImagePolicy } from '../../model/images/image-policy.js';
import { checkFreezeWindow } from '../../model/freeze-window-checks.js';
import type { MetricTemplate } from '../../model/metric-template.js';
import type { NotificationChannel } from '../../model/notifications/notification-channel.js';
import type { PolicyProblem } from '../../model/policy-problem.js';
import { validateKind } from '../../model/policy-validation.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { API_VERSION, GROUP, serinResources } from '../../model/resources.js';
import { nearestName } from '../../model/suggestion.js';
import { checkChannel } from '../../notifications/checks/check-channel.js';
import { checkTemplate } from '../../strategies/analysis/template-checks.js';
import { isArgo, lintArgo, type ArgoSource } from './argo.js';
import { withDefaults } from './defaults.js';
import { lintImagePolicy } from './image-policies.js';
import { knownKinds } from './known-kinds.js';
import { placed, type SourcedObject } from './objects.js';
import { surroundingsOf, type ObjectSource } from './surroundings.js';

const WINDOWS: readonly string[] = [serinResources.freezeWindows.kind, serinResources.clusterFreezeWindows.kind];
const TEMPLATES: readonly string[] = [serinResources.metricTemplates.kind, serinResources.clusterMetricTemplates.kind];

const CHANNELS: readonly string[] = [serinResources.notificationChannels.kind, serinResources.clusterNotificationChannels.kind];

const groupOf = ({ apiVersion }: KubernetesObject): string | undefined => apiVersion.split('/')[0];
/** Whether an object is a KubeVela Application. */
export const isApplication = (object: KubernetesObject): boolean => groupOf(object) === OAM_GROUP && object.kind === oamResources.applications.kind;

/** Whether an object is looked at for its own sake: Serin's kinds, and those that its front ends read. */
export const isLinted = (object: KubernetesObject): boolean => groupOf(object) === GROUP || isApplication(object) || isArgo(object);

/** What a cluster knows of a namespace beside the objects that policies depend on. */
export interface LintedRecords {
  /** Revisions of components; undefined where nobody knows them. */
  readonly revisions: (namespace: string) => readonly ControllerRevision[] | undefined;
  /** What stands around Rollouts and Experiments. */
  readonly argo: ArgoSource;
}

/**
 * All that is wrong with Serin's own objects, with Applications and with Argo's kinds among these, in reading order; other kinds are
 * only looked at as their surroundings. @param now milliseconds since the epoch
 */
export function lintObjects(objects: readonly SourcedObject[], source: (namespace: string) => ObjectSource, now: number, records: LintedRecords): ManifestProblem[] {
  const parts = knownKinds();
  const lintOne = (each: SourcedObject): PolicyProblem[] => (isApplication(each.object) ? lintApplication(each, records) : isArgo(each.object) ? lintArgo(each.object, records.argo, parts) : lintObject(each, source, now));
  return inReadingOrder(objects.filter(({ object }) => isLinted(object)).flatMap((each) => placed(each.manifest, lintOne(each))));
}

/** What the check reads of an Application it looks at first, so any object may pass for one. */
const lintApplication = ({ object }: SourcedObject, { revisions }: LintedRecords): PolicyProblem[] =>
  checkApplication(object as Application, { revisions: revisions(object.metadata.namespace ?? '') });

function lintObject({ object }: SourcedObject, source: (namespace: string) => ObjectSource, now: number): PolicyProblem[] {
  const kinds = Object.values(serinResources).map(({ kind }) => kind);
  if (object.apiVersion !== API_VERSION) {
    return [{ path: ['apiVersion'], problem: `there is no version "${object.apiVersion.split('/')[1] ?? ''}" of ${GROUP}.`, remedy: `Write ${API_VERSION}.` }];
  }
  if (!kinds.includes(object.kind)) {
    const meant = nearestName(object.kind, kinds);
    return [{ path: ['kind'], problem: `there is no kind "${object.kind}" in ${API_VERSION}.`, remedy: meant === undefined ? `There are ${kinds.join(', ')}.` : `Did you mean ${meant}?` }];
  }
  const wrong = validateKind(object.kind, object);
  if (WINDOWS.includes(object.kind)) return [...wrong, ...checkFreezeWindow((object as { readonly spec?: unknown }).spec)];
  // One that its schema lets pass has the fields of its kind.
  if (TEMPLATES.includes(object.kind)) return wrong.length > 0 ? wrong : checkTemplate((object as MetricTemplate).spec);
  if (object.kind === serinResources.imagePolicies.kind) return wrong.length > 0 ? wrong : lintImagePolicy(object as ImagePolicy, source(object.metadata.namespace ?? ''));
  if (CHANNELS.includes(object.kind)) return wrong.length > 0 ? wrong : checkChannel(object as NotificationChannel);
  if (object.kind !== serinResources.releasePolicies.kind) return wrong;
  const invalid = wrong.length > 0;
  // Only a policy that passed its schema is asked for its surroundings.
  const policy = object as ReleasePolicy;
  if (invalid) return checkPolicy(policy, { deployment: 'unknown', policies: [] });
  return checkPolicy(withDefaults(policy), surroundingsOf(policy, source(object.metadata.namespace ?? ''), now));
}
