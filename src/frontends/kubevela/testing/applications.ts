import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { cloneJson } from '../../../kubernetes/json.js';
import type { Application, Component } from '../application.js';

/** The Applications of the example, by file. */
export function exampleApplication(name: 'first-deploy' | 'rollout-v2' | 'rollback'): Application {
  return parse(readFileSync(new URL(`../../../../examples/kubevela-bookinfo/${name}.yaml`, import.meta.url), 'utf8')) as Application;
}

/** As it is once a server has made it. */
export const created = (app: Application): Application => ({ ...app, metadata: { ...app.metadata, uid: '3f1c', generation: 1 } });

/** A component of an Application. */
export function componentOf({ spec }: Application, name: string): Component {
  const found = spec.components.find((component) => component.name === name);
  if (!found) throw new Error(`no component ${name}`);
  return found;
}

/** An Application of one component. */
export function oneComponent(component: Partial<Component>, workflow?: Application['spec']['workflow']): Application {
  return {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name: 'shop', namespace: 'default' },
    spec: { components: [{ name: 'web', type: 'webservice', properties: { image: 'example/web:v1', port: 8080 }, ...component }], ...(workflow ? { workflow } : {}) },
  };
}

/** A copy in which a change was made. */
export function changed(app: Application, change: (copy: Application) => void): Application {
  const copy = cloneJson(app);
  change(copy);
  return copy;
}
