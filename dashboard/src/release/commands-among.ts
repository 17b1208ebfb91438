import type { Deed, SaidApproval } from '../api/types.js';

/** The deeds that are no approvals: those are told with more detail in a list of their own. */
export function commandsAmong(deeds: readonly Deed[], approvals: readonly SaidApproval[]): Deed[] {
  const told = new Set(approvals.map(({ at, user }) => `${at ?? ''} ${user}`));
  return deeds.filter(({ time, user }) => !told.has(`${time} ${user}`));
}
