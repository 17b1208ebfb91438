import { Recogniser, sentencesIn, type Recognised } from '../../../model/recogniser.js';
import { releaseSentences } from '../../../model/release-sentences.js';
import { commandSentences } from './command-sentences.js';
import { imageSentences } from './image-sentences.js';
import { policySentences } from './policy-sentences.js';
import { refusalSentences } from './refusal-sentences.js';

/** The same in both languages. */
export interface Said {
  readonly en: string;
  readonly zh: string;
}

const recogniser = new Recogniser([...releaseSentences, ...policySentences, ...commandSentences, ...imageSentences, ...refusalSentences]);

/** Which message of a catalogue an English sentence is; undefined where it is none. */
export const recognised = (text: string): Recognised | undefined => recogniser.recognise(text);

/** An English text in Chinese: as a whole, or else sentence by sentence; what is in no catalogue stays as it is. */
export const zhOf = (text: string): string => recogniser.zh(text);

/**
 * A refusal in Chinese, as a whole or sentence by sentence; undefined where one of them is in no catalogue. It may begin with the
 * capital letter that made a sentence of it.
 */
export function zhOfRefusal(text: string): string | undefined {
  const whole = zhOfSentence(text);
  if (whole !== undefined) return whole;
  const parts = sentencesIn(text).map(zhOfSentence);
  return parts.includes(undefined) ? undefined : parts.join('');
}

const zhOfSentence = (text: string): string | undefined => (recogniser.recognise(text) ?? recogniser.recognise(`${text.slice(0, 1).toLowerCase()}${text.slice(1)}`))?.zh;

/** An English text with its Chinese. */
export const saidOf = (en: string): Said => ({ en, zh: zhOf(en) });

/** Several of them, one after the other. */
export const joined = (parts: readonly Said[]): Said => ({ en: parts.map(({ en }) => en).join(' '), zh: parts.map(({ zh }) => zh).join('') });
