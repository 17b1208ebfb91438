import { resources } from '../../../kubernetes/resources.js';
import { additionalFound, additionalWrites } from '../../../routers/two-services/additional.js';
import type { RoutingWrite } from '../../../routers/router.js';
import { endpointPods, following } from '../../../routers/service/endpoints.js';
import type { Experiment } from '../kinds/experiment.js';
import type { RolloutStatus } from '../kinds/rollout-status.js';
import type { Rollout } from '../kinds/rollout.js';
import { twoServicesOf } from '../policy/routing.js';
import type { RolloutObservation } from '../rollout-observation.js';
import type { Course } from '../updates/course.js';
import type { Facts } from '../updates/facts.js';
import { isToldPast } from '../updates/standing.js';

/** A part of the requests that an experiment has, as the status tells it. */
export type ExperimentWeight = NonNullable<NonNullable<NonNullable<RolloutStatus['canary']>['weights']>['additional']>[number];

/** The requests that templates of experiments get. */
export interface ExperimentTraffic {
  /** Those that get some, or still do. */
  readonly weights: readonly ExperimentWeight[];
  readonly writes: readonly RoutingWrite[];
  /** Milliseconds since the epoch. */
  readonly lookAgainAt: number | undefined;
}

/** Nobody tells when endpoints of a Service follow that no Rollout names; so long it is until they are looked at again, in milliseconds. */
const FOLLOW = 1000;

/**
 * Leads to the templates of the step's experiment the parts of the requests that they are to have, while it runs and all its
 * Pods are there; and away from those of any other. In the status before it is done, so that none is forgotten.
 */
export function experimentTraffic(facts: Facts, course: Course): ExperimentTraffic {
  const { rollout, moving, observed: { found, experiments }, found: status, now } = facts;
  const config = moving?.spec.router?.twoServices ?? twoServicesOf(rollout);
  const wanted = config === undefined ? [] : wantedWeights(facts, course);
  const known = [...new Set([...toldServices(status), ...experiments.flatMap(servicesOf)])];
  if (config === undefined || (wanted.length === 0 && known.length === 0)) return { weights: [], writes: [], lookAgainAt: undefined };
  const { namespace = 'default' } = rollout.metadata;
  const present = additionalFound(config, found, namespace, known);
  const isLed = (name: string | undefined): boolean => present.some(({ service }) => service === name);
  // What is led there already stays while anybody answers.
  const led = wanted.filter(({ serviceName = '' }) => {
    const service = found.get(resources.services, serviceName)?.object;
    return service !== undefined && endpointPods(found, serviceName).size > 0 && (isLed(serviceName) || following(found, service, service.spec?.selector ?? {}) === undefined);
  });
  const left = present.filter(({ service }) => led.every(({ serviceName }) => serviceName !== service));
  return {
    weights: [...led, ...left.map(({ service, weight }) => ({ weight: Math.round(weight), serviceName: service, ...hashOf(facts, service) }))],
    writes: additionalWrites(config, found, namespace, led.map(({ serviceName: service = '', weight }) => ({ service, weight })), known),
    lookAgainAt: led.length === wanted.length ? undefined : now + FOLLOW,
  };
}

/** Of a Rollout that cannot be run as it is: experiments end all the same, and then nobody may be led to them any more. */
export function endedTraffic({ metadata: { namespace = 'default' }, status }: Rollout, { releases, experiments, found }: RolloutObservation): RoutingWrite[] {
  const config = releases.at(-1)?.spec.router?.twoServices;
  const running = new Set(experiments.filter((each) => each.status?.phase === 'Running' && each.spec.terminate !== true).flatMap(servicesOf));
  const ended = [...toldServices(status ?? {}), ...experiments.flatMap(servicesOf)].filter((service) => !running.has(service));
  return config === undefined || ended.length === 0 ? [] : additionalWrites(config, found, namespace, [], [...new Set(ended)]);
}

const toldServices = ({ canary }: RolloutStatus): string[] => (canary?.weights?.additional ?? []).flatMap(({ serviceName }) => serviceName ?? []);

const servicesOf = ({ status }: Experiment): string[] => (status?.templateStatuses ?? []).flatMap(({ serviceName }) => serviceName ?? []);

/** What the experiment of the present step is to get. */
function wantedWeights({ steps }: Facts, { outcomes: { experiment }, aborted, update }: Course): ExperimentWeight[] {
  const { found, step = 0 } = experiment ?? {};
  const isTold = update.release === undefined || isToldPast(update.release, step);
  if (aborted || isTold || found?.status?.phase !== 'Running' || found.spec.terminate === true) return [];
  return (found.status.templateStatuses ?? []).flatMap(({ name, serviceName, podTemplateHash }): ExperimentWeight[] => {
    const weight = steps[step]?.experiment?.templates.find((each) => each.name === name)?.weight;
    return weight === undefined || serviceName === undefined ? [] : [{ weight, serviceName, ...(podTemplateHash === undefined ? {} : { podTemplateHash }) }];
  });
}

function hashOf({ observed: { experiments } }: Facts, service: string): { podTemplateHash?: string } {
  const hash = experiments.flatMap((each) => each.status?.templateStatuses ?? []).find(({ serviceName }) => serviceName === service)?.podTemplateHash;
  return hash === undefined ? {} : { podTemplateHash: hash };
}
