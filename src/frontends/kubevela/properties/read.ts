import { traitOf, type Component, type WorkflowStep } from '../application.js';
import { stepSchemas, type StepType } from './steps.js';
import { traitSchemas, type CanaryTraffic, type Expose, type IstioGateway, type RolloutTrait, type TraitType } from './traits.js';
import { webservice, type Webservice } from './webservice.js';

/** Types of components that there are. */
export const componentTypes = ['webservice'] as const;
export const traitTypes: readonly string[] = Object.keys(traitSchemas);
export const stepTypes: readonly string[] = Object.keys(stepSchemas);

export const isTraitType = (type: string): type is TraitType => Object.hasOwn(traitSchemas, type);
export const isStepType = (type: string): type is StepType => Object.hasOwn(stepSchemas, type);

/** The properties of a component that was checked. @throws Error for one with problems */
export const webserviceOf = (component: Component): Webservice => webservice.read(component.properties);

/** What the traits of a component say, with defaults; absent without the trait. */
export interface ComponentTraits {
  readonly expose?: Expose;
  readonly gateway?: IstioGateway;
  readonly rollout?: RolloutTrait;
  readonly traffic?: CanaryTraffic;
}

/** The traits of a component that was checked. @throws Error for one with problems */
export function traitsOf(component: Component): ComponentTraits {
  const [expose, gateway, rollout, traffic] = (['expose', 'istio-gateway', 'rollout', 'canary-traffic'] as const).map((type) => traitOf(component, type));
  return {
    ...(expose ? { expose: traitSchemas.expose.read(expose.properties) } : {}),
    ...(gateway ? { gateway: traitSchemas['istio-gateway'].read(gateway.properties) } : {}),
    ...(rollout ? { rollout: traitSchemas.rollout.read(rollout.properties) } : {}),
    ...(traffic ? { traffic: traitSchemas['canary-traffic'].read(traffic.properties) } : {}),
  };
}

/** The properties of a step of this type that was checked. @throws Error for one with problems */
export const stepProperties = <T extends StepType>(type: T, step: WorkflowStep): ReturnType<(typeof stepSchemas)[T]['read']> =>
  stepSchemas[type].read(step.properties) as ReturnType<(typeof stepSchemas)[T]['read']>;
