/** DryRun: everything was checked, and nothing is given out. */
import { Refusal } from '../../base/errors.ts';

export function stopDryRun(dryRun: boolean | undefined): void {
  if (dryRun === true) throw new Refusal('DryRun', {});
}
