import { PUBLISH_VERSION } from '../../frontends/kubevela/labels.js';
import type { Application, ApplicationRevision, ApplicationSpec } from '../../frontends/kubevela/application.js';
import { deepEqual } from '../../kubernetes/json.js';
import { endOf } from './operations.js';

/** The spec to go back to, or why there is none. */
export type ApplicationRollback =
  | { readonly outcome: 'write'; readonly revision: string; readonly spec: ApplicationSpec; readonly publishVersion: string | undefined }
  | { readonly outcome: 'refused'; readonly why: string };

/**
 * Which spec an Application goes back to: that of the newest revision before its own whose run succeeded and whose components
 * are others. So going back again leads further back and never to the version that was left, and a revision that only has
 * another workflow is passed over. Pure.
 */
export function planApplicationRollback(app: Application, revisions: readonly ApplicationRevision[]): ApplicationRollback {
  const { name } = app.metadata;
  const workflow = app.status?.workflow;
  if (workflow !== undefined && endOf(workflow) === undefined && !workflow.suspend) {
    return { outcome: 'refused', why: `a run of Application ${name} is executing. Suspend it first (serin app suspend ${name}), or terminate it (serin app terminate ${name}).` };
  }
  const version = app.metadata.annotations?.[PUBLISH_VERSION];
  const newest = [...revisions].sort((a, b) => numberOf(b, name) - numberOf(a, name));
  const present = newest.find((each) => deepEqual(specOf(each), app.spec) && each.metadata.annotations?.[PUBLISH_VERSION] === version);
  const before = present === undefined ? newest : newest.slice(newest.indexOf(present) + 1);
  for (const each of before) {
    const spec = specOf(each);
    if (spec === undefined || each.status?.['succeeded'] !== true || deepEqual(spec.components, app.spec.components)) continue;
    return { outcome: 'write', revision: each.metadata.name, spec, publishVersion: each.metadata.annotations?.[PUBLISH_VERSION] };
  }
  const where = present === undefined ? '' : ` before ${present.metadata.name}`;
  return { outcome: 'refused', why: `no revision of Application ${name}${where} has finished with other components, so there is none to go back to. Apply the manifest that you want.` };
}

const specOf = ({ spec }: ApplicationRevision): ApplicationSpec | undefined => spec?.application?.spec;

/** The JSON patch that puts the spec back, guarded by the Application that this was decided on. */
export function rollbackPatch({ metadata }: Application, { spec, publishVersion }: Extract<ApplicationRollback, { outcome: 'write' }>): readonly unknown[] {
  const { [PUBLISH_VERSION]: present, ...others } = metadata.annotations ?? {};
  const annotations = publishVersion === undefined ? others : { ...others, [PUBLISH_VERSION]: publishVersion };
  return [
    { op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
    ...(present === publishVersion ? [] : [{ op: 'add', path: '/metadata/annotations', value: annotations }]),
    { op: 'replace', path: '/spec', value: spec },
  ];
}

/** The number behind `NAME-v`; 0 for a name of another shape. */
function numberOf({ metadata }: ApplicationRevision, app: string): number {
  const rest = metadata.name.startsWith(`${app}-v`) ? metadata.name.slice(app.length + 2) : '';
  return /^\d{1,9}$/.test(rest) ? Number(rest) : 0;
}
