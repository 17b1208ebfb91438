import type { Deployment } from '../../../../src/kubernetes/generated/apps-v1.js';
import type { Pod } from '../../../../src/kubernetes/generated/core-v1.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import type { Release } from '../../../../src/model/release.js';
import { serinResources } from '../../../../src/model/resources.js';
import { webOn } from '../../../driver/stage.js';
import { isReady } from '../../../driver/witness.js';
import type { LabStage } from '../../lab/lab-stage.js';

/** A release of the program, as the recorder has been told of it. */
export const release = (stage: LabStage, name = 'web-1'): Release | undefined => stage.object(serinResources.releases, { namespace: stage.namespace, name });

/** Waits until it pauses. @throws Error when it does not in time */
export const untilPaused = (stage: LabStage, name = 'web-1'): Promise<void> => stage.until('the pause', () => release(stage, name)?.status?.message?.startsWith('Pauses') === true);

/** Waits until it has ended in a phase. @throws Error when it has not in time */
export const ended = (stage: LabStage, phase: string, name = 'web-1'): Promise<void> => stage.until(`${name} is ${phase}`, () => release(stage, name)?.status?.phase === phase);

/** Waits until its policy holds a version back. @throws Error when it does not in time */
export const untilHolding = (stage: LabStage): Promise<void> => stage.until('it holds', () => stage.policy?.status?.phase === 'Holding');

/** The ready Pods of a version. */
export const ready = (stage: LabStage, image: string): Pod[] => stage.objects(resources.pods, stage.namespace).filter((pod) => isReady(pod) && pod.spec.containers[0]?.image === image);

/** The same by their UIDs, which say whether a Pod is still the one that it was. */
export const uidsOf = (stage: LabStage, image: string): (string | undefined)[] => ready(stage, image).map(({ metadata }) => metadata.uid).sort();

export const deploymentOf = (stage: LabStage): Deployment | undefined => stage.object(resources.deployments, webOn(stage));
