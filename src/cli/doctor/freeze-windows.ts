import { checkFreezeWindow } from '../../model/freeze-window-checks.js';
import { seen, type ClusterFacts } from './facts.js';
import { findingsOf, type Finding } from './finding.js';

/** Freeze windows that cannot be read hold every release that they are for; those that say little are told as well. */
export function checkFreezeWindows({ freezeWindows }: Pick<ClusterFacts, 'freezeWindows'>): Finding[] {
  const { fail, warn } = findingsOf('freeze windows');
  return seen(freezeWindows).flatMap(({ kind, metadata: { namespace, name }, spec }) => {
    const edit = `kubectl edit ${kind.toLowerCase()} ${name}${namespace === undefined ? '' : ` -n ${namespace}`}.`;
    const where = `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
    return checkFreezeWindow(spec).map(({ path, problem, remedy }) =>
      path.includes('timeZone') ? fail(`${where} holds every release that it is for, at any time: ${problem}`, `${remedy} ${edit}`) : warn(`${where}: ${problem}`, `${remedy} ${edit}`));
  });
}
