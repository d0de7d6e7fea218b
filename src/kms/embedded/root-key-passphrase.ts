/** A root key made from a passphrase with scrypt, so that guessing costs memory and time. */
import { randomBytes, scrypt } from 'node:crypto';
import { assert, Outage } from '../../base/errors.ts';
import type { CryptoCore, SecretKey } from '../../crypto/core.ts';
import { otherSource, type RootKey, type RootKeyRecipe } from './root-key.ts';

type PassphraseRecipe = Extract<RootKeyRecipe, { source: 'passphrase' }>;

const saltBytes = 32;
const keyBytes = 32;
/** 128 MiB and about half a second a guess. */
const defaultCost = { costLog2: 17, blockSize: 8, parallelization: 1 } as const;
/** The recipe is read before anything vouches for it: a forged one must not cost gigabytes. */
const costLog2Max = 20;
const blockSizeMax = 16;
const parallelizationMax = 4;

/** `cost` is for tests, which cannot spend half a second on each store. */
export function rootKeyFromPassphrase(
  passphrase: string,
  cost: Pick<PassphraseRecipe, 'costLog2' | 'blockSize' | 'parallelization'> = defaultCost,
): RootKey {
  return {
    place: 'passphrase',
    async create(core) {
      if (passphrase === '') throw new Outage('RootKeyUnsafe', { hint: 'The passphrase is empty.' });
      const recipe: PassphraseRecipe = { source: 'passphrase', salt: randomBytes(saltBytes), ...cost };
      return { key: await stretch(core, passphrase, recipe), recipe };
    },
    async open(core, recipe) {
      if (recipe.source !== 'passphrase') throw otherSource(recipe);
      if (passphrase === '') throw new Outage('RootKeyWrong', { hint: 'The passphrase is empty.' });
      return stretch(core, passphrase, recipe);
    },
  };
}

/** True for a cost this process is willing to pay. */
export function isPayable(recipe: PassphraseRecipe): boolean {
  const { costLog2, blockSize, parallelization } = recipe;
  const within = (value: number, max: number) => Number.isInteger(value) && value >= 1 && value <= max;
  return (
    within(costLog2, costLog2Max) &&
    within(blockSize, blockSizeMax) &&
    within(parallelization, parallelizationMax)
  );
}

async function stretch(core: CryptoCore, passphrase: string, recipe: PassphraseRecipe): Promise<SecretKey> {
  assert(isPayable(recipe), 'an scrypt recipe was not checked');
  const { costLog2, blockSize, parallelization, salt } = recipe;
  const cost = 2 ** costLog2;
  const maxmem = 128 * blockSize * (cost + parallelization) + (1 << 20);
  // The same words typed on two systems can differ in their code points, not in their composed form.
  const words = passphrase.normalize('NFC');
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    scrypt(words, salt, keyBytes, { cost, blockSize, parallelization, maxmem }, (fault, derived) => {
      if (fault === null) resolve(derived);
      else reject(fault);
    });
  });
  return core.importKey(bytes);
}
