import type { Converted } from '../conversion/converted.js';
import type { ConversionNote } from '../conversion/notes.js';
import type { BatchStep } from '../../model/policy/batches.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { API_VERSION, serinResources } from '../../model/resources.js';
import { traitOf, type Application, type Component } from './application.js';
import { batchSizes } from './batches.js';
import { checkApplication } from './check.js';
import { convertibleParts } from './convert/parts.js';
import { stepNotes } from './convert/step-notes.js';
import { stepProperties, traitsOf } from './properties/read.js';
import { rolloutStepsOf, stepsOf, type PlacedStep } from './rollout-steps.js';
import { exposedPorts } from './render/service.js';

/**
 * Turns an Application into policies: each releases a Deployment of the component's name, in the batches of its trait, with
 * the shares and pauses of the workflow.
 */
export function applicationPolicies(app: Application): Converted {
  const parts = convertibleParts(app, checkApplication(app, {}));
  if (parts.problems.length > 0) return { policies: [], metricTemplates: [], notes: [], problems: parts.problems };
  const placed = parts.app.spec.components.map((component, index) => ({ component, path: ['spec', 'components', index] }));
  const released = placed.filter(({ component }) => traitOf(component, 'rollout') !== undefined);
  const notes: ConversionNote[] = [
    ...(released.length > 0 ? [] : [{ path: ['spec', 'components'], note: 'No component has the trait rollout, so there is nothing to release.' }]),
    ...placed.flatMap(({ component, path }) => componentNotes(component, path)),
    ...stepNotes(parts.app),
  ];
  return { policies: released.map(({ component }) => policyOf(parts.app, component)), metricTemplates: [], notes: [...parts.notes, ...notes], problems: [] };
}

function policyOf(app: Application, component: Component): ReleasePolicy {
  const { traffic } = traitsOf(component);
  const { namespace } = app.metadata;
  return {
    apiVersion: API_VERSION,
    kind: serinResources.releasePolicies.kind,
    metadata: { name: component.name, ...(namespace === undefined ? {} : { namespace }) },
    spec: {
      workload: { deployment: component.name },
      ...(exposedPorts(component) === undefined ? {} : { service: component.name }),
      ...(traffic === undefined ? {} : { router: { istio: {} } }),
      strategy: { rolling: { batches: batchesOf(app, component) } },
    },
  };
}

/** Batches as a policy counts them: Pods of the new version so far. */
function batchesOf(app: Application, component: Component): BatchStep[] {
  const { rollout = { targetSize: 1 }, traffic } = traitsOf(component);
  const found = batchSizes(rollout);
  const sizes = 'sizes' in found ? found.sizes : [];
  const until = (batch: number): number => sizes.slice(0, batch + 1).reduce((sum, size) => sum + size, 0);
  const steps = rolloutStepsOf(app).filter((step) => step.component === component.name);
  if (steps.length === 0) {
    return sizes.map((_, batch) => ({ pods: until(batch), ...(rollout.batchPartition !== undefined && batch >= rollout.batchPartition && batch < sizes.length - 1 ? { pause: {} } : {}) }));
  }
  const batches = steps.map(({ step, batchPartition, weights = [] }): BatchStep => {
    const pause = pauseBehind(stepsOf(app), step);
    // The weight of the one that is released; which that is, files alone do not say, but its number is the highest.
    const newest = [...weights].sort((a, b) => numberOf(b.revision, component) - numberOf(a.revision, component))[0];
    return { pods: until(batchPartition), ...(newest && traffic ? { weight: newest.weight } : {}), ...(pause === undefined ? {} : { pause }) };
  });
  const last = batches.at(-1);
  // Where the workflow stops before the last batch, the release waits there.
  return last !== undefined && (last.pods ?? 0) < rollout.targetSize ? [...batches.slice(0, -1), { pause: {}, ...last }, { pods: rollout.targetSize, ...(traffic ? { weight: 100 } : {}) }] : batches;
}

const numberOf = (revision: string, { name }: Component): number => Number(revision.slice(name.length + 2));

/** The pause that a workflow makes between a step and the next rollout; undefined when it makes none. */
function pauseBehind(steps: readonly PlacedStep[], name: string): BatchStep['pause'] {
  const behind = steps.slice(steps.findIndex(({ step }) => step.name === name) + 1);
  const next = behind.findIndex(({ step }) => step.type === 'canary-rollout');
  const suspended = (next < 0 ? [] : behind.slice(0, next)).filter(({ step }) => step.type === 'suspend').map(({ step }) => stepProperties('suspend', step).duration);
  if (suspended.length === 0) return undefined;
  const [first] = suspended;
  return suspended.length === 1 && first !== undefined ? { for: first } : {};
}

function componentNotes(component: Component, path: readonly (string | number)[]): ConversionNote[] {
  const { gateway, rollout, traffic } = traitsOf(component);
  const trait = (type: string): (string | number)[] => [...path, 'traits', (component.traits ?? []).findIndex((each) => each.type === type)];
  const { name } = component;
  const exposed = exposedPorts(component) !== undefined;
  if (rollout === undefined) return [{ path, note: `${name} has no trait rollout, so nothing releases it: write down its Deployment${exposed ? ' and Service' : ''} and apply them as they are.` }];
  return [
    { path, note: `A policy releases a Deployment that you keep: write down one of the name ${name} with ${rollout.targetSize} replicas${exposed ? `, and the Service ${name}, which selects its Pods` : ''}.` },
    ...(traffic ? [{ path: trait('canary-traffic'), note: `The VirtualService ${name} stays yours; subsets are made by Serin, so the DestinationRule ${name} can go.` }] : []),
    ...(gateway ? [{ path: trait('istio-gateway'), note: 'The Gateway and its VirtualService stay yours; requests that come through them are split like all others.' }] : []),
    ...(rollout.targetRevision === undefined ? [] : [{ path: [...trait('rollout'), 'properties', 'targetRevision'], note: 'What runs is what the Deployment says: put the image of that revision there.' }]),
  ];
}
