import { InvalidArgumentError } from 'commander';
import { frontendNames, isFrontendName, type FrontendName } from '../frontends/names.js';

/** What `--frontends` is for, in the words of the help. */
export const FRONTENDS_HELP = `read objects of these tools too, separated by commas: ${frontendNames.join(', ')}`;

/** Reads `kubevela`, and several with commas between them; may be given more than once. @throws InvalidArgumentError */
export function frontends(text: string, before: readonly FrontendName[] = []): FrontendName[] {
  const names = text.split(',').map((name) => name.trim()).filter((name) => name !== '');
  const unknown = names.filter((name) => !isFrontendName(name));
  if (unknown.length > 0) throw new InvalidArgumentError(`There is no front end ${unknown.join(', ')}; there is ${frontendNames.join(', ')}.`);
  return [...new Set([...before, ...names.filter(isFrontendName)])];
}
