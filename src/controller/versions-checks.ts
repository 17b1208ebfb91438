import type { Deployment } from '../kubernetes/generated/apps-v1.js';
import type { PolicyProblem } from '../model/policy-problem.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { nearestName } from '../model/suggestion.js';

const LIST: PolicyProblem['path'] = ['spec', 'workload', 'versions', 'list'];

/** What speaks against versions that users run, all at once. @param deployments of the namespace; undefined where unknown */
export function versionsProblems({ spec, metadata }: ReleasePolicy, deployments: readonly Deployment[] | undefined): PolicyProblem[] {
  const { versions } = spec.workload;
  if (!versions) return [];
  const names = versions.list.map(({ deployment }) => deployment);
  const withService = versions.list.filter(({ service }) => service !== undefined).length;
  const problems: PolicyProblem[] = versions.list.flatMap(({ deployment }, index): PolicyProblem[] => {
    const path = [...LIST, index, 'deployment'];
    if (names.indexOf(deployment) !== index) return [{ path, problem: `${deployment} stands there twice.`, remedy: 'Name each version once.' }];
    // Versions that are to come, or were deleted as asked, need not be there.
    const needed = deployment === (versions.want ?? names.at(-1));
    if (!deployments || !needed || deployments.some((each) => each.metadata.name === deployment)) return [];
    const meant = nearestName(deployment, deployments.map((each) => each.metadata.name));
    return [{ path, problem: `there is no Deployment ${deployment} in namespace ${metadata.namespace ?? ''}.`, remedy: meant === undefined ? 'Create it, or correct the name.' : `Did you mean ${meant}?` }];
  });
  if (versions.want !== undefined && !names.includes(versions.want)) {
    problems.push({ path: ['spec', 'workload', 'versions', 'want'], problem: `${versions.want} is not in the list.`, remedy: `Name one of ${names.join(', ')}, or add it to the list.` });
  }
  if (withService > 0 && withService < versions.list.length) {
    problems.push({ path: LIST, problem: 'some versions have a Service of their own and some have not.', remedy: 'Give every version a service, or none.' });
  }
  if (withService === 0 && spec.router !== undefined && spec.service === undefined) {
    problems.push({ path: ['spec', 'service'], problem: 'is missing: the versions have no Services of their own.', remedy: 'Name the Service that all versions share, or give every version one.' });
  }
  return problems;
}
