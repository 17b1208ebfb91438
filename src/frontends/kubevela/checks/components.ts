import { dns1035LabelProblems, dns1123LabelProblems } from '../../../kubernetes/names.js';
import { traitOf, type Application, type Component } from '../application.js';
import { isRevisionOf } from '../rollout-steps.js';
import type { ApplicationProblem } from '../problem.js';
import { componentTypes } from '../properties/read.js';
import { gatewayRouteName } from '../render/istio.js';
import { exposedPorts } from '../render/service.js';
import { duplicates, inCircle, listed, unknownType, type CheckedComponent, type Path } from './context.js';
import { combinedTraitProblems, traitProblems } from './traits.js';
import { webserviceProblems } from './webservice.js';

/** A revision's name is a label's value: at most 63 characters, of which `-v` and up to four digits are kept free. */
const LONGEST_NAME = 57;

/** What a component may have in KubeVela and not here. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  inputs: 'components do not take values of others here.',
  outputs: 'components do not give values to others here.',
  externalRevision: 'revisions are named by the system here.',
  scopes: 'there are no scopes here.',
  replicaKey: 'components are not replicated here.',
};

/** What is wrong with components each by itself, and those that can be read. @param broken whether the schema refuses something at or below a path */
export function componentProblems({ spec: { components } }: Application, broken: (path: Path) => boolean): { readonly problems: ApplicationProblem[]; readonly sound: CheckedComponent[] } {
  const problems: ApplicationProblem[] = components.length > 0 ? [] : [{ path: ['spec', 'components'], problem: 'there is no component.', remedy: 'Write at least one.' }];
  const sound: CheckedComponent[] = [];
  for (const [index, component] of components.entries()) {
    const path = ['spec', 'components', index];
    if (broken(path)) continue;
    const found = oneComponent(component, path);
    problems.push(...found);
    if (found.length === 0) sound.push({ component, path });
  }
  return { problems, sound };
}

function oneComponent(component: Component, path: Path): ApplicationProblem[] {
  const { name, type } = component;
  const nameProblems = dns1123LabelProblems(name).length > 0
    ? [{ path: [...path, 'name'], problem: `"${name}" is no name for a component.`, remedy: 'Use small letters, digits and dashes, with a letter or digit at both ends.' }]
    : name.length > LONGEST_NAME ? [{ path: [...path, 'name'], problem: `"${name}" has ${name.length} characters.`, remedy: `Use at most ${LONGEST_NAME}, since revisions are named after it.` }] : [];
  const unsupported = Object.entries(UNSUPPORTED).filter(([field]) => Object.hasOwn(component, field)).map(([field, problem]) => ({ path: [...path, field], problem, remedy: 'Leave it out.' }));
  const ofType = componentTypes.some((known) => known === type) ? webserviceProblems(component, path) : [unknownType(path, 'component', type, componentTypes)];
  const ofTraits = traitProblems(component, path);
  const alone = [...nameProblems, ...unsupported, ...ofType, ...ofTraits];
  return ofType.length + ofTraits.length > 0 ? alone : [...alone, ...combinedTraitProblems(component, path), ...(nameProblems.length > 0 ? [] : serviceName(component, path))];
}

function serviceName(component: Component, path: Path): ApplicationProblem[] {
  if (exposedPorts(component) === undefined || dns1035LabelProblems(component.name).length === 0) return [];
  return [{ path: [...path, 'name'], problem: `"${component.name}" is no name for a Service.`, remedy: 'Let it begin with a letter.' }];
}

/** What is wrong between components. @param sound those that can be read */
export function betweenComponents({ spec: { components } }: Application, sound: readonly CheckedComponent[]): ApplicationProblem[] {
  const names = components.map(({ name }) => name);
  const waits = (name: string): readonly string[] => components.find((component) => component.name === name)?.dependsOn ?? [];
  const circle = inCircle(names, waits);
  return [
    ...duplicates(components.map((component, index) => ({ name: component.name, path: ['spec', 'components', index, 'name'] })), ({ name }) => name, ({ path }) => path, 'component'),
    ...components.flatMap(({ name, dependsOn = [] }, index) => dependsOn.flatMap((other, at): ApplicationProblem[] => {
      const path = ['spec', 'components', index, 'dependsOn', at];
      if (!names.includes(other)) return [{ path, problem: `there is no component "${other}".`, remedy: `There are ${listed(names)}.` }];
      return circle.includes(name) && circle.includes(other) ? [{ path, problem: `${name} and ${other} wait for each other.`, remedy: 'Remove one of the ways.' }] : [];
    })),
    ...sound.flatMap(({ component, path }) => takenNames(component, path, components)),
  ];
}

/** Names that Serin gives to objects of one component and that another component has. */
function takenNames(component: Component, path: Path, components: readonly Component[]): ApplicationProblem[] {
  const { name } = component;
  const routed = traitOf(component, 'istio-gateway') !== undefined || traitOf(component, 'canary-traffic') !== undefined;
  return components.flatMap((other) => {
    if (other.name === name) return [];
    const taken = (what: string) => [{ path: [...path, 'name'], problem: `"${name}" is the name of a ${what} of the component ${other.name}.`, remedy: 'Give the component another name.' }];
    if (traitOf(other, 'rollout') !== undefined && isRevisionOf(other.name, name)) return taken('revision');
    return routed && traitOf(other, 'istio-gateway') !== undefined && gatewayRouteName(other) === name ? taken('VirtualService') : [];
  });
}
