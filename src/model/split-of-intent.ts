import type { Plan } from './plan.js';
import type { Intent, ReleasePhase } from './release.js';
import { splitOf, WHOLE, type Split } from './split.js';

/** The split that a recorded intent asks of routers. Users stay with a version only while both are on trial. */
export function splitOfIntent({ share, matches, mirror, mirrors, preview }: Intent, plan: Pick<Plan, 'preview' | 'sticky'>, phase: ReleasePhase): Split {
  const shared = share > 0 && share < WHOLE && phase !== 'Aborting';
  return {
    ...splitOf(share),
    ...(matches && matches.length > 0 ? { matches } : {}),
    ...(mirror !== undefined && mirror > 0 ? { mirror } : {}),
    ...(mirrors && mirrors.length > 0 ? { mirrors } : {}),
    ...(preview === true && plan.preview ? { preview: plan.preview } : {}),
    ...(shared && plan.sticky ? { sticky: plan.sticky } : {}),
  };
}
