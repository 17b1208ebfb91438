import { checkAdmission } from './admission.js';
import { checkController } from './controller.js';
import type { ClusterFacts } from './facts.js';
import type { Finding } from './finding.js';
import { checkFreezeWindows } from './freeze-windows.js';
import { checkGateways } from './gateways.js';
import { checkGitOps } from './gitops.js';
import { checkPolicies } from './policies.js';
import { checkRights } from './rights.js';
import { checkRollouts } from './rollouts.js';
import { checkRouting } from './routing.js';
import { checkScraping } from './scraping.js';
import { checkKinds, checkVersion } from './server.js';

/** Everything that can be said of a cluster. @param own the version of this command */
export function diagnose(facts: ClusterFacts, own: string): Finding[] {
  const kinds = checkKinds(facts);
  return [
    ...checkVersion(facts),
    ...kinds,
    ...checkController(facts, own),
    ...checkRights(facts),
    ...checkRollouts(facts),
    ...checkAdmission(facts),
    ...checkFreezeWindows(facts),
    ...checkRouting(facts),
    ...checkGateways(facts),
    ...checkGitOps(facts),
    ...checkScraping(facts),
    ...(facts.policies === 'unserved' ? [] : checkPolicies(facts)),
  ];
}
