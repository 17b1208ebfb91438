import { createHash } from 'node:crypto';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What stands for news on record: 64 bits of a hash. */
export const markOf = (newsKey: string): string => digest(newsKey).slice(0, 16);

/** The key by which receivers tell that a message is the same; of several news in a digest, of all of them. */
export const messageKey = (newsKeys: readonly string[]): string => `serin-${digest([...newsKeys].sort().join('\n')).slice(0, 32)}`;
