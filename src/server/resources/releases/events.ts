import { describeEntry } from '../../../model/messages.js';
import type { LogEntry } from '../../../model/release.js';
import type { ReleaseEvent } from '../../schemas/release-detail.js';
import { zhOf } from '../texts/sentences.js';

/** What speaks of trouble. */
const WARNINGS = new Set(['Aborting', 'Aborted', 'LettingGo', 'FirstFailed', 'RoutesOverwritten', 'RoutesOverwrittenOnce', 'WriteRefused', 'ApprovalOutdated', 'AsksAgain', 'RestoredFromBackup']);

/** What happened, newest first. */
export function eventsOf(entries: readonly LogEntry[]): ReleaseEvent[] {
  return entries.map(({ number, time, code, arguments: args }): ReleaseEvent => {
    // Arguments that are texts of their own, such as what a step does.
    const chinese = Object.fromEntries(Object.entries(args).map(([name, value]) => [name, value.startsWith('@') ? value : zhOf(value)]));
    return { number, time, code, text: describeEntry({ code, arguments: args }), textZh: describeEntry({ code, arguments: chinese }, 'zh'), type: WARNINGS.has(code) ? 'Warning' : 'Normal' };
  }).reverse();
}
