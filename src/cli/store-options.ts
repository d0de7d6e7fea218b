/** The options every command shares that opens a store: where its keys lie, who has them, and where its root key comes from. */
import type { Command } from 'commander';
import type { OpenOptions, RootKeyPlace } from '../index.ts';
import { usageFault } from './exit-code.ts';
import { keyServiceNamed, sealedRootKey } from './key-service-option.ts';
import { tokenOfUri } from './pkcs11-uri.ts';

export interface RootKeyOptions {
  readonly rootKey?: string;
  readonly passphraseEnv?: string;
  readonly kms?: string;
  readonly keyService?: string;
}

export function withRootKeyOptions(command: Command): Command {
  return command
    .option(
      '--root-key <where>',
      'file of the root key, or who seals it: aws-kms:ARN, vault:KEY, pkcs11:URI ' +
        '(default: root.key in your configuration directory)',
    )
    .option(
      '--passphrase-env <name>',
      'environment variable that holds a passphrase, in place of a root key file',
    )
    .option(
      '--kms <dir>',
      'folder of the key service, best on another disk (default: kms in the data folder)',
    )
    .option(
      '--key-service <which>',
      'who has the keys of customers: aws:REGION or vault:URL (default: the embedded key service)',
    );
}

export function keyServiceOf(
  { keyService }: RootKeyOptions,
  environment: NodeJS.ProcessEnv = process.env,
): Pick<OpenOptions, 'keyService'> {
  return keyService === undefined ? {} : { keyService: keyServiceNamed(keyService, environment) };
}

export function keyDirectoryOf({ kms }: RootKeyOptions): Pick<OpenOptions, 'keyDirectory'> {
  return kms === undefined ? {} : { keyDirectory: kms };
}

/** Refuses both at once, and a variable that is not set; a variable with a secret is removed from the environment. */
export function rootKeyOf(
  { rootKey, passphraseEnv }: RootKeyOptions,
  environment: NodeJS.ProcessEnv = process.env,
): Pick<OpenOptions, 'rootKey'> {
  if (passphraseEnv === undefined) {
    return rootKey === undefined ? {} : { rootKey: placeOf(rootKey, environment) };
  }
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

/** A file that is named like one of the others is written as ./vault:key. */
function placeOf(rootKey: string, environment: NodeJS.ProcessEnv): RootKeyPlace {
  if (rootKey.startsWith('pkcs11:')) return { pkcs11: tokenOfUri(rootKey, environment) };
  return sealedRootKey(rootKey, environment) ?? { file: rootKey };
}
