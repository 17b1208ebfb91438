import { ApiProblem } from '../api/api-problem.js';
import { useSaid, useTexts } from '../i18n/i18n-context.js';
import { componentTexts } from './component-texts.js';

/** Says why something came to nothing: in the chosen language, where the server has the sentence in it. */
export function useProblemText(): (problem: unknown) => string {
  const say = useTexts(componentTexts);
  const said = useSaid();
  return (problem) => {
    if (!(problem instanceof ApiProblem)) return problem instanceof Error ? problem.message : String(problem);
    return problem.status === 0 && problem.code === 'Unreachable' ? say('unreachable') : said(problem.message, problem.messageZh);
  };
}
