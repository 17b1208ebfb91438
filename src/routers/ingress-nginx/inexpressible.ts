import type { Split } from '../../model/split.js';
import type { CheckContext, Found, RoutingProblem } from '../router.js';
import { sayMatches } from './matches.js';
import { annotation, annotationOf, type IngressNginxConfig } from './objects.js';
import { previewProblems } from './preview.js';
import { selectMains } from './selection.js';

/** What of a split cannot be said in annotations, and beside what is there. */
export function inexpressible(config: IngressNginxConfig, { matches = [], sticky, preview }: Split, context: CheckContext, found?: Found): RoutingProblem[] {
  const problems = [...sayMatches(config, matches).problems];
  if (!found) return problems;
  const mains = selectMains(config, found, context);
  for (const { name, found: { object } } of sticky ? mains : []) {
    const has = annotationOf(config, object, 'session-cookie-name') ?? 'INGRESSCOOKIE';
    const wanted = sticky?.cookie ?? '';
    if (annotationOf(config, object, 'affinity') === 'cookie' && has === wanted) continue;
    problems.push({
      place: `Ingress ${name}`,
      problem: annotationOf(config, object, 'affinity') === 'cookie' ? `keeps users by the cookie ${has}, and the policy asks for ${wanted}` : 'sets no affinity cookie, by which alone users stay with the version that they met',
      remedy: `set ${annotation(config, 'affinity')}: cookie and ${annotation(config, 'session-cookie-name')}: ${wanted} on it, or leave sticky out`,
    });
  }
  return preview ? [...problems, ...previewProblems(config, preview, found, mains, context)] : problems;
}
