import { mean } from '../bounds.js';
import { repeat } from '../cell.js';
import { flagger, istioTutorial } from '../peers/flagger.js';
import { runRandom } from '../traffic.js';
import { PER_SECOND } from './releases.js';

/** Milliseconds: `request-duration` of the tutorial at most. */
const LONGEST = 500;

/**
 * Requests hurt by the example of Flagger's Istio tutorial (`interval: 1m`, `threshold: 5`, `stepWeight: 10`, `maxWeight: 50`), computed:
 * exact metrics without delay, a roll-back that takes no time. A fault that its checks do not see is promoted; until then.
 */
export function flaggerExample(failPercent: number, delayMilliseconds: number): { readonly hurt: number; readonly promoted: boolean } {
  const slow = delayMilliseconds > 0;
  if (slow && delayMilliseconds > LONGEST) throw new Error('the example sees this fault; here it is reckoned not to');
  const ends = repeat(1000, (number) => flagger(runRandom(1, 'local', number), istioTutorial, PER_SECOND, () => failPercent / 100));
  return { hurt: mean(ends.map(({ hurt, met }) => (slow ? met : hurt))), promoted: ends.some(({ outcome }) => outcome === 'promoted') };
}
