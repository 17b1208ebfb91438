import { dns1123LabelProblems } from '../../../kubernetes/names.js';
import type { Component, Trait } from '../application.js';
import { batchSizes } from '../batches.js';
import type { ApplicationProblem } from '../problem.js';
import { isTraitType, traitTypes } from '../properties/read.js';
import { portsOf, traitSchemas, type CanaryTraffic, type Expose, type IstioGateway, type RolloutTrait } from '../properties/traits.js';
import { exposedPorts } from '../render/service.js';
import { duplicates, unknownType, type Path } from './context.js';

/** Traits and other ways of KubeVela by which people give a component more Pods. */
const INSTEAD: Readonly<Record<string, string>> = {
  scaler: 'With the trait rollout, targetSize says how many Pods there are.',
  cpuscaler: 'Write a HorizontalPodAutoscaler for the Deployment.',
  hpa: 'Write a HorizontalPodAutoscaler for the Deployment.',
  gateway: 'istio-gateway leads requests from outside to the component.',
  ingress: 'istio-gateway leads requests from outside to the component.',
  labels: 'Write them into the properties of the component.',
  annotations: 'Write them into the properties of the component.',
  env: 'Write it into the properties of the component.',
  'kruise-rollout': 'The trait rollout says the batches.',
};

/** What is wrong with the traits of a component, each by itself. @param path of the component */
export function traitProblems({ traits = [] }: Component, path: Path): ApplicationProblem[] {
  const placed = traits.map((trait, index) => ({ trait, path: [...path, 'traits', index] }));
  return [...duplicates(placed, ({ trait }) => trait.type, (each) => [...each.path, 'type'], 'trait'), ...placed.flatMap((each) => oneTrait(each.trait, each.path))];
}

function oneTrait({ type, properties }: Trait, path: Path): ApplicationProblem[] {
  if (!isTraitType(type)) {
    const problem = unknownType(path, 'trait', type, traitTypes);
    const instead = INSTEAD[type];
    return [instead === undefined ? problem : { ...problem, remedy: `${instead} ${problem.remedy}` }];
  }
  const at = [...path, 'properties'];
  const wrong = traitSchemas[type].problems(properties, at);
  if (wrong.length > 0) return wrong;
  switch (type) {
    case 'expose': return exposeProblems(traitSchemas.expose.read(properties), at);
    case 'istio-gateway': return gatewayProblems(traitSchemas['istio-gateway'].read(properties), at);
    case 'rollout': return rolloutProblems(traitSchemas.rollout.read(properties), at);
    case 'canary-traffic': return trafficProblems(traitSchemas['canary-traffic'].read(properties), at);
  }
}

function exposeProblems({ port, ports, type }: Expose, path: Path): ApplicationProblem[] {
  const listed = ports ?? (port ?? []).map((each) => ({ port: each, protocol: 'TCP' as const }));
  if (listed.length === 0) return [{ path, problem: 'names no port.', remedy: 'Write port: [8080].' }];
  const at = [...path, ports ? 'ports' : 'port'];
  return [
    ...duplicates(listed.map((each, index) => ({ ...each, path: [...at, index] })), (each) => `${each.port}/${each.protocol}`, (each) => each.path, 'port'),
    ...(ports ?? []).flatMap(({ name }, index) => (name === undefined || dns1123LabelProblems(name).length === 0 ? [] : [{ path: [...at, index, 'name'], problem: `"${name}" is no name for a port.`, remedy: 'Use small letters, digits and dashes.' }])),
    ...(ports ?? []).flatMap(({ nodePort }, index) => (nodePort === undefined || type === 'NodePort' ? [] : [{ path: [...at, index, 'nodePort'], problem: `a Service of the type ${type} has no nodePort.`, remedy: 'Write type: NodePort, or leave it out.' }])),
  ];
}

function gatewayProblems({ match }: IstioGateway, path: Path): ApplicationProblem[] {
  return match.flatMap((uri, index) => (Object.keys(uri).length === 1 ? [] : [{ path: [...path, 'match', index], problem: 'is not one path.', remedy: 'Write either exact or prefix.' }]));
}

function rolloutProblems(rollout: RolloutTrait, path: Path): ApplicationProblem[] {
  const found = batchSizes(rollout);
  if ('problem' in found) {
    const at = [...path, 'rolloutBatches', ...(found.index === undefined ? [] : [found.index])];
    return [{ path: at, problem: found.problem, remedy: `Let the batches have ${rollout.targetSize} Pods together; a last one in per cent takes what is left.` }];
  }
  const { batchPartition } = rollout;
  if (batchPartition === undefined || batchPartition < found.sizes.length) return [];
  return [{ path: [...path, 'batchPartition'], problem: noSuchBatch(batchPartition, found.sizes.length), remedy: `Write at most ${found.sizes.length - 1}; batches are counted from 0.` }];
}

/** `there is no batch 2; there are 2.` */
export const noSuchBatch = (index: number, count: number): string => `there is no batch ${index}: there ${count === 1 ? 'is 1' : `are ${count}`}.`;

function trafficProblems(traffic: CanaryTraffic, path: Path): ApplicationProblem[] {
  const at = [...path, 'port'];
  // What stands there may be anything: no schema knows two types for one field.
  const ports: readonly unknown[] = portsOf(traffic);
  if (ports.length === 0) return [{ path: at, problem: 'names no port.', remedy: 'Write port: [9080].' }];
  const wrong = ports.filter((port) => !(typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535));
  if (wrong.length > 0) return wrong.map((port) => ({ path: at, problem: `${JSON.stringify(port)} is no port.`, remedy: 'Write a number from 1 to 65535, or a list of them: [9080].' }));
  return duplicates(ports.map((port) => ({ port })), ({ port }) => String(port), () => at, 'port');
}

/** What is wrong with traits that are right each by itself. @param path of the component */
export function combinedTraitProblems(component: Component, path: Path): ApplicationProblem[] {
  const at = (type: string): Path => [...path, 'traits', Math.max(0, (component.traits ?? []).findIndex((trait) => trait.type === type)), 'properties'];
  const properties = <T>(type: string, read: (value: unknown) => T): T | undefined => {
    const trait = component.traits?.find((each) => each.type === type);
    return trait && read(trait.properties);
  };
  const gateway = properties('istio-gateway', traitSchemas['istio-gateway'].read);
  const expose = properties('expose', traitSchemas.expose.read);
  const traffic = properties('canary-traffic', traitSchemas['canary-traffic'].read);
  const exposed = exposedPorts(component);
  const open = (exposed?.ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP').map(({ port }) => port);
  // Ports of one number are one; ports of one name are refused by the server.
  const problems = duplicates(exposed?.ports ?? [], ({ name }) => name, () => path, 'port of its Service called');
  if (gateway !== undefined && !open.includes(gateway.port)) {
    const there = open.length === 0 ? 'No Service leads to this component' : `Its Service leads to ${open.join(', ')}`;
    problems.push({ path: [...at('istio-gateway'), 'port'], problem: `the gateway's requests find nobody at port ${gateway.port}.`, remedy: `${there}: name the port in the trait expose${traffic ? ' or canary-traffic' : ''}.` });
  }
  if (expose?.matchLabels !== undefined && traffic !== undefined) {
    problems.push({ path: [...at('expose'), 'matchLabels'], problem: 'canary-traffic splits the requests of this Service, which has to lead to the Pods of all revisions.', remedy: 'Leave it out.' });
  }
  return problems;
}
