import type { Job } from '../../../../kubernetes/generated/batch-v1.js';

const PREFIX = 'batch.kubernetes.io/';

/** Marks a new Job's Pods with its uid and name, and selects by the uid, unless the user brings a selector. */
export function labelJob(job: Job): void {
  const { spec, metadata } = job;
  if (spec === undefined || spec.manualSelector === true) return;
  const uid = metadata.uid ?? '';
  const own = { 'controller-uid': uid, [`${PREFIX}controller-uid`]: uid, 'job-name': metadata.name, [`${PREFIX}job-name`]: metadata.name };
  const template = (spec.template.metadata ??= { name: '' });
  if (template.name === '') delete (template as Partial<typeof template>).name;
  const labels: Record<string, string> = { ...template.labels, ...own };
  template.labels = labels;
  // The defaulting copies the template's labels to a Job that has none of its own, and it sees these ones too.
  if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
  spec.selector = {
    ...spec.selector,
    matchLabels: { ...spec.selector?.matchLabels, [`${PREFIX}controller-uid`]: uid },
  };
}
