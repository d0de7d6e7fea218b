/** Judges who may look into the history of events: by the policies of the caller alone, as the history is of no resource. */
import type { Judge } from '../service.ts';
import { requireAccess } from './judge.ts';

/** Refuses AccessDenied. */
export const historyJudge: Judge = (asked, operation) => {
  const { identity, account } = asked.caller;
  if (identity === undefined) return asked;
  requireAccess(identity, [{ action: `cloudtrail:${operation}`, resource: '*', resourceAccount: account }]);
  return asked;
};
