/** Opens a store for a command that looks at one: it must be there, and none is made. */
import { existsSync } from 'node:fs';
import { IntegrityFault, Outage } from '../base/errors.ts';
import { type Database, type OpenOptions, open } from '../index.ts';
import { CommandFault, exitCodes, sentenceOf } from './exit-code.ts';
import { keyDirectoryOf, keyServiceOf, type RootKeyOptions, rootKeyOf } from './store-options.ts';

/** Whatever keeps it from opening ends the command: with 1 where its bytes are wrong, else with 2. */
export async function openExisting(
  dir: string,
  options: RootKeyOptions,
  more: Pick<OpenOptions, 'iam'> = {},
): Promise<Database> {
  const rootKey = rootKeyOf(options);
  try {
    return await open(dir, {
      ...rootKey,
      ...keyDirectoryOf(options),
      ...keyServiceOf(options),
      ...more,
      create: false,
    });
  } catch (fault) {
    throw openingFault(dir, fault, wayOut(fault));
  }
}

/** What a command says that could not open the store; `advice` follows the sentence, and doctor's name where that knows more. */
export function openingFault(dir: string, fault: unknown, advice = ''): CommandFault {
  // A store whose first pages are already wrong, or old, is a finding, not a wrong call.
  const isFinding =
    fault instanceof IntegrityFault || (fault instanceof Outage && fault.code === 'StoreRolledBack');
  const exitCode = isFinding ? exitCodes.fault : exitCodes.usage;
  const isToBeExamined =
    isFinding || (fault instanceof Outage && fault.code === 'StoreMissing' && existsSync(dir));
  const more = isToBeExamined ? ` Run cryptable doctor ${dir}, which says more.` : '';
  const sentence = `${dir} cannot be opened: ${sentenceOf(fault)}${advice}${more}`;
  return new CommandFault(sentence, exitCode, { cause: fault });
}

function wayOut(fault: unknown): string {
  if (!(fault instanceof Outage) || fault.code !== 'StoreLocked') return '';
  return ' Stop that process first. To have all pages looked at while it runs, start it with --scrub-mb-per-s.';
}
