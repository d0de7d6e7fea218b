/** A root key that a key service outside this process has sealed, and opens at each start. */
import type { Clock } from '../../base/clock.ts';
import { isRefusal, Outage, Refusal } from '../../base/errors.ts';
import type { CryptoCore, SecretKey } from '../../crypto/core.ts';
import type { Caller } from '../key-service.ts';
import type { KeyServiceClient } from '../key-service-client.ts';
import { splitRemoteCiphertext } from '../remote-ciphertext.ts';
import { RemoteKeys } from '../remote-keys.ts';
import { otherSource, type RootKey } from './root-key.ts';

export interface RootKeyServiceOptions {
  readonly client: KeyServiceClient;
  /** The key that seals the root key, by any name the service knows. */
  readonly keyId: string;
  readonly clock: Clock;
  /** Where a service that is in several regions is asked. */
  readonly region: string;
}

/** Bound to the root key, so that no ciphertext of a table passes for it. */
const context = new Map([['cryptable:purpose', 'root key']]);

/**
 * Throws Outage RootKeyRefused where the service says no, RootKeyWrong where it does not open what is stored, and the
 * outages of a key service that cannot be asked.
 */
export function rootKeyFromKeyService({ client, keyId, clock, region }: RootKeyServiceOptions): RootKey {
  const caller: Caller = { arn: 'cryptable', account: '', region };
  const remote = (core: CryptoCore) => new RemoteKeys({ core, client, clock });
  /** Whoever put another store in the place of this one may have sealed its root key with a key of their own. */
  const requireNamed = async (keys: RemoteKeys, wrapped: Uint8Array) => {
    const keyArn = splitRemoteCiphertext(wrapped)?.keyArn;
    if (keyArn === keyId || keyArn === (await keys.describeKey(caller, keyId)).arn) return;
    throw new Outage('RootKeyWrong', { hint: 'It is sealed by another key than the one that is named.' });
  };
  return {
    place: `${keyId} (${client.name})`,
    create: (core) =>
      worded(async () => {
        const keys = remote(core);
        const { arn } = await keys.describeKey(caller, keyId);
        const { key, ciphertext } = await keys.generateDataKey(caller, arn, context);
        return { key, recipe: { source: 'key-service', wrapped: ciphertext } };
      }),
    open: (core, recipe): Promise<SecretKey> =>
      worded(async () => {
        if (recipe.source !== 'key-service') throw otherSource(recipe);
        const keys = remote(core);
        await requireNamed(keys, recipe.wrapped);
        return (await keys.decryptDataKey(caller, recipe.wrapped, context)).key;
      }),
  };
}

async function worded<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (isRefusal(cause, 'InvalidCiphertext')) {
      throw new Outage('RootKeyWrong', {
        cause,
        hint: 'The key service does not open what it is sealed in.',
      });
    }
    if (cause instanceof Refusal) throw new Outage('RootKeyRefused', { cause, hint: cause.message });
    throw cause;
  }
}
