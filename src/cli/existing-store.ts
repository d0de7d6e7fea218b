/** Opens a store for a command that looks at one: it must be there, and none is made. */
import { IntegrityFault } from '../base/errors.ts';
import { type Database, open } from '../index.ts';
import { CommandFault, exitCodes, sentenceOf } from './exit-code.ts';
import { type RootKeyOptions, rootKeyOf } from './store-options.ts';

/** Whatever keeps it from opening ends the command: with 1 where its bytes are wrong, else with 2. */
export async function openExisting(dir: string, options: RootKeyOptions): Promise<Database> {
  const rootKey = rootKeyOf(options);
  try {
    return await open(dir, { ...rootKey, create: false });
  } catch (fault) {
    // A store whose first pages are already wrong is a finding, not a wrong call.
    const exitCode = fault instanceof IntegrityFault ? exitCodes.fault : exitCodes.usage;
    throw new CommandFault(`${dir} cannot be opened: ${sentenceOf(fault)}`, exitCode, { cause: fault });
  }
}
