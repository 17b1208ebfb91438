import type { ControllerRevision } from '../../../kubernetes/generated/apps-v1.js';
import type { Application, Component } from '../application.js';
import { REVISION_COMPONENT } from '../labels.js';
import { componentRevision } from '../revisions.js';
import type { CheckedComponent } from './context.js';

/** Which revisions there are, as far as anybody knows. */
export interface KnownRevisions {
  /** The revision that the spec makes of a component; undefined where nobody knows what is on the cluster. */
  pendingOf(component: Component): string | undefined;
  /** The revision that has the requests before a release begins; undefined where nobody knows. */
  runningOf(component: Component): string | undefined;
  /** Those on record and that one, in their order. */
  namesOf(component: Component): string[];
}

/** What is known of a cluster. */
export interface ClusterRevisions {
  /** ControllerRevisions of the namespace; undefined where nobody knows, as with files that are only looked at. */
  readonly revisions?: readonly ControllerRevision[] | undefined;
  /**
   * By component, the revision that has its requests before a release begins. Only for a spec whose run is about to begin:
   * afterwards another one has them, and the weights that led there are right all the same.
   */
  readonly running?: ReadonlyMap<string, string> | undefined;
}

/** @param sound components that can be rendered */
export function knownRevisions(app: Application, sound: readonly CheckedComponent[], { revisions: records, running }: ClusterRevisions): KnownRevisions {
  const pending = new Map<string, string>();
  const pendingOf = (component: Component): string | undefined => {
    if (records === undefined || !sound.some((each) => each.component === component)) return undefined;
    const name = pending.get(component.name) ?? componentRevision(app, component, records).name;
    pending.set(component.name, name);
    return name;
  };
  return {
    pendingOf,
    runningOf: ({ name }) => running?.get(name),
    namesOf: (component) => {
      const known = (records ?? []).filter(({ metadata }) => metadata.labels?.[REVISION_COMPONENT] === component.name).map(({ metadata }) => metadata.name);
      return [...new Set([...known, pendingOf(component) ?? []].flat())].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
    },
  };
}
