import type { Resource } from '../kubernetes/objects.js';
import type { Approval } from './approval.js';
import type { EvidenceRecord } from './evidence-record.js';
import type { FreezeWindow } from './freeze-window.js';
import type { ImageApproval } from './images/image-approval.js';
import type { ImagePolicy } from './images/image-policy.js';
import type { ImageUpdate } from './images/image-update.js';
import type { MetricTemplate } from './metric-template.js';
import type { NotificationChannel } from './notifications/notification-channel.js';
import type { Release } from './release.js';
import type { ReleasePolicy } from './release-policy.js';

export const GROUP = 'serin.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;

/** Serin's own resources. */
export const serinResources = {
  releasePolicies: { group: GROUP, version: VERSION, kind: 'ReleasePolicy', plural: 'releasepolicies', namespaced: true } satisfies Resource as Resource<ReleasePolicy>,
  releases: { group: GROUP, version: VERSION, kind: 'Release', plural: 'releases', namespaced: true } satisfies Resource as Resource<Release>,
  approvals: { group: GROUP, version: VERSION, kind: 'Approval', plural: 'approvals', namespaced: true } satisfies Resource as Resource<Approval>,
  evidence: { group: GROUP, version: VERSION, kind: 'Evidence', plural: 'evidence', namespaced: true } satisfies Resource as Resource<EvidenceRecord>,
  metricTemplates: { group: GROUP, version: VERSION, kind: 'MetricTemplate', plural: 'metrictemplates', namespaced: true } satisfies Resource as Resource<MetricTemplate>,
  clusterMetricTemplates: { group: GROUP, version: VERSION, kind: 'ClusterMetricTemplate', plural: 'clustermetrictemplates', namespaced: false } satisfies Resource as Resource<MetricTemplate>,
  freezeWindows: { group: GROUP, version: VERSION, kind: 'FreezeWindow', plural: 'freezewindows', namespaced: true } satisfies Resource as Resource<FreezeWindow>,
  clusterFreezeWindows: { group: GROUP, version: VERSION, kind: 'ClusterFreezeWindow', plural: 'clusterfreezewindows', namespaced: false } satisfies Resource as Resource<FreezeWindow>,
  imagePolicies: { group: GROUP, version: VERSION, kind: 'ImagePolicy', plural: 'imagepolicies', namespaced: true } satisfies Resource as Resource<ImagePolicy>,
  imageUpdates: { group: GROUP, version: VERSION, kind: 'ImageUpdate', plural: 'imageupdates', namespaced: true } satisfies Resource as Resource<ImageUpdate>,
  imageApprovals: { group: GROUP, version: VERSION, kind: 'ImageApproval', plural: 'imageapprovals', namespaced: true } satisfies Resource as Resource<ImageApproval>,
  notificationChannels: { group: GROUP, version: VERSION, kind: 'NotificationChannel', plural: 'notificationchannels', namespaced: true } satisfies Resource as Resource<NotificationChannel>,
  clusterNotificationChannels: { group: GROUP, version: VERSION, kind: 'ClusterNotificationChannel', plural: 'clusternotificationchannels', namespaced: false } satisfies Resource as Resource<NotificationChannel>,
} as const;

/** On a Deployment at rest, and on everything that Serin makes: the policy's name. */
export const POLICY_LABEL = 'serin.dev/policy';
/** On a ReplicaSet that is borrowed from a Deployment: for which policy. */
export const BORROWED_LABEL = 'serin.dev/borrowed-for';
/** Keeps a release or policy until what it borrowed has been given back. */
export const FINALIZER = 'serin.dev/give-back';
/** On routing objects while a release steers them: the epoch of the controller that wrote last. */
export const EPOCH_ANNOTATION = 'serin.dev/epoch';
/** On a Deployment that users run and a release sizes: the release's name, and the size that it wrote. */
export const SIZE_ANNOTATION = 'serin.dev/size';
/** On a Job of a release: the release's name. */
export const RELEASE_LABEL = 'serin.dev/release';
/** On a Job that measures something for a release: the metric's name. */
export const METRIC_LABEL = 'serin.dev/metric';
/** On Evidence and on Jobs that measure: the index of the step that the metrics of steps were sampled in; what they say is about no other. */
export const STEP_ANNOTATION = 'serin.dev/step';
/** On a policy: the name of the release that took the present version back and is to be tried again. */
export const RETRY_ANNOTATION = 'serin.dev/retry';
/** On a policy: why its next release goes out without being judged. Taken off when that release has begun. */
export const HOTFIX_ANNOTATION = 'serin.dev/hotfix';
/** On a Pod template: the ConfigMaps and Secrets that its Pods use, as a hash; a change is a new version. */
export const CONFIG_ANNOTATION = 'serin.dev/config';
/** On a workload, or its Pod template: who wrote the present version, as CI knows them. */
export const AUTHOR_ANNOTATION = 'serin.dev/author';
/** On everything that Serin makes. */
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'serin' } as const;
