import { Type } from 'typebox';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { AnyObject } from '../../schema/typebox.js';

const Text = (description: string) => Type.Optional(Type.String({ description }));
const Count = (description: string) => Type.Optional(Type.Integer({ description }));

/** The spec of a standard.oam.dev/v1alpha1 Rollout: what Serin brings a component to, for tools that read it there. */
export const RolloutSpecSchema = Type.Object({
  targetRevisionName: Type.String({ description: 'The revision that the component goes to.' }),
  sourceRevisionName: Text('The revision that it comes from.'),
  componentName: Text('The component.'),
  rolloutPlan: AnyObject({ description: 'Size and batches, as its trait has them.' }),
});

/** How far that is. */
export const RolloutObjectStatusSchema = Type.Object({
  rollingState: Text('What is done.'),
  batchRollingState: Text('What is done about the present batch.'),
  currentBatch: Count('The present batch, from 0.'),
  rolloutOriginalSize: Count('Pods of the old revision when it began.'),
  rolloutTargetSize: Count('Pods of both revisions at the end; -1 before the first time.'),
  upgradedReplicas: Count('Pods of the new revision.'),
  upgradedReadyReplicas: Count('Those of them that are ready.'),
  lastTargetRevision: Text('The revision that it went to last.'),
  // This capital letter is KubeVela's.
  LastSourceRevision: Text('The revision that it came from last.'),
  targetGeneration: Text('Not used.'),
  lastAppliedPodTemplateIdentifier: Text('The revision whose Pods were made last.'),
  conditions: Type.Optional(Type.Array(AnyObject(), { description: 'Not used.' })),
});

/** The kind itself. Serin writes it and never reads it. */
export const rolloutResource: Resource<KubernetesObject> = { group: 'standard.oam.dev', version: 'v1alpha1', kind: 'Rollout', plural: 'rollouts', namespaced: true };
