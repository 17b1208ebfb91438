import type { ControllerRevision } from '../../kubernetes/generated/apps-v1.js';
import type { PodTemplateSpec } from '../../kubernetes/generated/core-v1.js';
import { deepEqual } from '../../kubernetes/json.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { equalTemplates, normalisedTemplate } from '../../kubernetes/pod-template.js';
import { OAM_API_VERSION, OAM_GROUP, type Application, type ApplicationRevision, type Component } from './application.js';
import { contentHash } from './content-hash.js';
import { APP_NAME, APP_REVISION_HASH, COMPONENT, COMPONENT_REVISION_HASH, FRONTEND, FRONTEND_LABEL, PUBLISH_VERSION, REVISION, REVISION_COMPONENT } from './labels.js';
import { templateInRevision } from './recorded-template.js';
import { ownedBy } from './render/metadata.js';
import { deploymentOf, podTemplate, templateMetadata } from './render/workload.js';

/** One state of a component's Pods, by name and on record. */
export interface ComponentRevision {
  /** Such as `reviews-v2`. */
  readonly name: string;
  readonly hash: string;
  /** Whether it is not on record yet. */
  readonly isNew: boolean;
  /** The record; the one that is there, or the one to write. */
  readonly object: ControllerRevision;
}

/** One state of an Application's spec, by name and on record. */
export interface RevisionRecord {
  /** Such as `book-info-v3`. */
  readonly name: string;
  readonly revision: number;
  readonly hash: string;
  readonly isNew: boolean;
  readonly object: ApplicationRevision;
}

/**
 * The revision that a component's Pods are. Equal Pods are the same revision again, so going back to the first image gives
 * `reviews-v1` and no third one; traits do not count.
 * @param existing ControllerRevisions of the namespace; those of other components are passed over
 */
export function componentRevision(app: Application, component: Component, existing: readonly ControllerRevision[]): ComponentRevision {
  const own = existing.filter((each) => each.metadata.labels?.[REVISION_COMPONENT] === component.name);
  const template = contentOf(podTemplate(app, component, ''));
  // The newest of equal ones, should there be several.
  const same = [...own].sort((a, b) => b.revision - a.revision).find((each) => {
    const recorded = templateInRevision(each);
    return recorded !== undefined && equalTemplates(contentOf(recorded), template);
  });
  const hash = contentHash(normalisedTemplate(template));
  const sameName = same?.metadata.name;
  if (same !== undefined && sameName !== undefined) return { name: sameName, hash: same.metadata.labels?.[COMPONENT_REVISION_HASH] ?? hash, isNew: false, object: same };
  const revision = 1 + Math.max(0, ...own.map((each) => each.revision));
  const name = `${component.name}-v${revision}`;
  return { name, hash, isNew: true, object: recordOf(app, component, name, revision, hash) };
}

/** What of a Pod template makes a revision: all but the names that depend on it. */
function contentOf(template: PodTemplateSpec): PodTemplateSpec {
  const { [APP_NAME]: _app, [COMPONENT]: _component, [REVISION]: _revision, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: templateMetadata({ ...template.metadata, labels }) };
}

function recordOf(app: Application, component: Component, name: string, revision: number, hash: string): ControllerRevision {
  const { apiVersion, kind, metadata, spec } = deploymentOf(app, component, name);
  const { namespace } = app.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { [APP_NAME]: app.metadata.name ?? '', [COMPONENT]: component.name, [REVISION_COMPONENT]: component.name, [COMPONENT_REVISION_HASH]: hash, [FRONTEND_LABEL]: FRONTEND },
      ...ownedBy(app),
    },
    revision,
    data: {
      apiVersion: `${OAM_GROUP}/v1alpha2`,
      kind: 'Component',
      metadata: { name: component.name },
      spec: { workload: { apiVersion, kind, metadata: { name: metadata.name, labels: { [COMPONENT]: component.name, [REVISION]: name } }, spec } },
    },
  };
}

/**
 * The revision that an Application's spec is. An equal spec with the same publishVersion is the same revision again.
 * @param existing ApplicationRevisions of the namespace; those of other Applications are passed over
 */
export function applicationRevision(app: Application, existing: readonly KubernetesObject[]): RevisionRecord {
  const appName = app.metadata.name ?? '';
  const own = existing.filter((each): each is ApplicationRevision => each.kind === 'ApplicationRevision' && each.metadata.labels?.[APP_NAME] === appName)
    .map((object) => ({ object, revision: numberOf(object, appName) }))
    .sort((a, b) => b.revision - a.revision);
  const version = app.metadata.annotations?.[PUBLISH_VERSION];
  const hash = contentHash(version === undefined ? app.spec : { spec: app.spec, version });
  const same = own.find(({ object }) => deepEqual(object.spec?.application?.spec, app.spec) && object.metadata.annotations?.[PUBLISH_VERSION] === version);
  if (same) return { name: same.object.metadata.name ?? '', revision: same.revision, hash: same.object.metadata.labels?.[APP_REVISION_HASH] ?? hash, isNew: false, object: same.object };
  const revision = 1 + Math.max(0, ...own.map((each) => each.revision));
  const name = `${appName}-v${revision}`;
  return { name, revision, hash, isNew: true, object: applicationRecord(app, name, hash, version) };
}

/** The number behind `<app>-v`; 0 for a name of another shape. */
function numberOf({ metadata }: ApplicationRevision, app: string): number {
  const rest = metadata.name?.startsWith(`${app}-v`) === true ? metadata.name.slice(app.length + 2) : '';
  return /^[0-9]{1,9}$/.test(rest) ? Number(rest) : 0;
}

function applicationRecord(app: Application, name: string, hash: string, version: string | undefined): ApplicationRevision {
  const { namespace } = app.metadata;
  const inNamespace = namespace === undefined ? {} : { namespace };
  return {
    apiVersion: OAM_API_VERSION,
    kind: 'ApplicationRevision',
    metadata: {
      name,
      ...inNamespace,
      labels: { [APP_NAME]: app.metadata.name ?? '', [APP_REVISION_HASH]: hash, [FRONTEND_LABEL]: FRONTEND },
      ...(version === undefined ? {} : { annotations: { [PUBLISH_VERSION]: version } }),
      ...ownedBy(app),
    },
    spec: { application: { apiVersion: app.apiVersion, kind: app.kind, metadata: { name: app.metadata.name ?? '', ...inNamespace }, spec: app.spec } },
  };
}
