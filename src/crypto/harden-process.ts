/** Keeps what a process holds in memory from others on its machine. */
import { Outage } from '../base/errors.ts';
import { type Addon, loadAddon } from './addon.ts';

/**
 * From now on no core dump of this process is written, and no debugger of its user may attach (R-MEM-5). There is no way
 * back, and child processes are not meant. False where the system, or the want of the addon, does not allow all of that.
 */
export function hardenProcess(load: () => Addon = loadAddon): boolean {
  try {
    return load().hardenProcess();
  } catch (fault) {
    if (fault instanceof Outage) return false;
    throw fault;
  }
}
