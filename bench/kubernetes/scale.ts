import { wholeNumber } from '../harness/subject.js';

/** How many releases run at once; everything else is in proportion. */
export const scale = (): number => wholeNumber('SCALE', 1000);
