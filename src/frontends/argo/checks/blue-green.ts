import type { PolicyProblem } from '../../../model/policy-problem.js';
import type { Rollout } from '../kinds/rollout.js';
import type { BlueGreenStrategy } from '../kinds/strategies.js';
import { checkAnalysis } from './analysis.js';
import { checkAntiAffinity } from './anti-affinity.js';
import type { KnownObjects } from './known-objects.js';
import { checkMetadataOfRoles } from './metadata-of-roles.js';
import { checkService } from './services.js';

const PATH = ['spec', 'strategy', 'blueGreen'];

/** What speaks against a blue/green strategy, all at once. */
export function checkBlueGreen(rollout: Rollout, strategy: BlueGreenStrategy, known: KnownObjects): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const say = (field: string, problem: string, remedy: string, severity?: 'warning'): void => void problems.push({ path: [...PATH, field], problem, remedy, ...(severity ? { severity } : {}) });
  const { activeService, previewService, autoPromotionEnabled = true, autoPromotionSeconds = 0, scaleDownDelayRevisionLimit } = strategy;
  if (activeService === '') say('activeService', 'is empty.', 'Name the Service that clients use.');
  if (activeService !== '' && activeService === previewService) say('previewService', `${previewService} is the active Service as well: users would meet the preview.`, 'Name another Service.');
  for (const field of ['previewReplicaCount', 'autoPromotionSeconds', 'scaleDownDelaySeconds', 'scaleDownDelayRevisionLimit', 'abortScaleDownDelaySeconds'] as const) {
    if ((strategy[field] ?? 0) < 0) say(field, `${strategy[field]} is below 0.`, 'Write 0 or more.');
  }
  const { revisionHistoryLimit = 10 } = rollout.spec;
  if (scaleDownDelayRevisionLimit !== undefined && scaleDownDelayRevisionLimit > revisionHistoryLimit) {
    say('scaleDownDelayRevisionLimit', `${scaleDownDelayRevisionLimit} old versions cannot wait where revisionHistoryLimit keeps ${revisionHistoryLimit}.`, `Write at most ${revisionHistoryLimit}.`);
  }
  if (!autoPromotionEnabled && autoPromotionSeconds > 0) say('autoPromotionSeconds', 'counts for nothing while autoPromotionEnabled is false.', 'Leave one of the two out.', 'warning');
  problems.push(
    ...checkAntiAffinity(strategy.antiAffinity, [...PATH, 'antiAffinity']),
    ...checkMetadataOfRoles(rollout, strategy, ['previewMetadata', 'activeMetadata'], PATH),
    ...checkService(rollout, activeService, [...PATH, 'activeService'], known),
    ...checkService(rollout, previewService, [...PATH, 'previewService'], known),
    ...(['prePromotionAnalysis', 'postPromotionAnalysis'] as const).flatMap((field) => checkAnalysis(strategy[field], { path: [...PATH, field], ends: true, namespace: rollout.metadata.namespace ?? 'default' }, known)),
  );
  return problems;
}
