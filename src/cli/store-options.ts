/** The options every command shares that opens a store: where its keys lie, and where its root key comes from. */
import type { Command } from 'commander';
import type { OpenOptions } from '../index.ts';
import { usageFault } from './exit-code.ts';

export interface RootKeyOptions {
  readonly rootKey?: string;
  readonly passphraseEnv?: string;
  readonly kms?: string;
}

export function withRootKeyOptions(command: Command): Command {
  return command
    .option('--root-key <file>', 'file of the root key (default: root.key in your configuration directory)')
    .option(
      '--passphrase-env <name>',
      'environment variable that holds a passphrase, in place of a root key file',
    )
    .option(
      '--kms <dir>',
      'folder of the key service, best on another disk (default: kms in the data folder)',
    );
}

export function keyDirectoryOf({ kms }: RootKeyOptions): Pick<OpenOptions, 'keyDirectory'> {
  return kms === undefined ? {} : { keyDirectory: kms };
}

/** Refuses both at once, and a variable that is not set; the variable is removed from the environment. */
export function rootKeyOf(
  { rootKey, passphraseEnv }: RootKeyOptions,
  environment: NodeJS.ProcessEnv = process.env,
): Pick<OpenOptions, 'rootKey'> {
  if (passphraseEnv === undefined) return rootKey === undefined ? {} : { rootKey: { file: rootKey } };
  if (rootKey !== undefined) {
    throw usageFault('Give --root-key or --passphrase-env, not both: one store has one root key.');
  }
  const passphrase = environment[passphraseEnv];
  if (passphrase === undefined || passphrase === '') {
    throw usageFault(`--passphrase-env names ${passphraseEnv}, but no such environment variable is set.`);
  }
  // What this process starts later, and what reads its environment, need not see it.
  delete environment[passphraseEnv];
  return { rootKey: { passphrase } };
}
