import { Recogniser, type Recognised } from '../../../model/recogniser.js';
import { releaseSentences } from '../../../model/release-sentences.js';
import { commandSentences } from './command-sentences.js';
import { imageSentences } from './image-sentences.js';
import { policySentences } from './policy-sentences.js';

/** The same in both languages. */
export interface Said {
  readonly en: string;
  readonly zh: string;
}

const recogniser = new Recogniser([...releaseSentences, ...policySentences, ...commandSentences, ...imageSentences]);

/** Which message of a catalogue an English sentence is; undefined where it is none. */
export const recognised = (text: string): Recognised | undefined => recogniser.recognise(text);

/** An English text in Chinese: as a whole, or else sentence by sentence; what is in no catalogue stays as it is. */
export const zhOf = (text: string): string => recogniser.zh(text);

/** An English text with its Chinese. */
export const saidOf = (en: string): Said => ({ en, zh: zhOf(en) });

/** Several of them, one after the other. */
export const joined = (parts: readonly Said[]): Said => ({ en: parts.map(({ en }) => en).join(' '), zh: parts.map(({ zh }) => zh).join('') });
