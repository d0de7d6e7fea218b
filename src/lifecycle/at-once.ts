/** How many backups, or restores, may be under way: AWS has 50 of each. */
import { Refusal } from '../base/errors.ts';

export const atOnceMax = 50;

/** In our own words: AWS's are not known. */
export function tooManyAtOnce(what: 'backups' | 'restores'): Refusal<'LimitExceeded'> {
  const message = `Subscriber limit exceeded: There is a limit of ${atOnceMax} ${what} at the same time`;
  return new Refusal('LimitExceeded', { message });
}
