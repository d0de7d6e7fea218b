/** An embedded key service for tests: in memory, its root key too, its time standing still. */
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import { EmbeddedKms, type EmbeddedKmsOptions } from '../../src/kms/embedded/embedded-kms.ts';
import { MemoryRecordStorage } from '../../src/kms/embedded/record-storage.ts';
import type { RootKey } from '../../src/kms/embedded/root-key.ts';
import type { Caller } from '../../src/kms/key-service.ts';
import { VirtualClock } from './virtual-clock.ts';

export const account = '111122223333';
export const region = 'us-east-1';

/** A person who calls the KMS API. */
export const user: Caller = { arn: `arn:aws:iam::${account}:user/ada`, account, region };

/** The table engine at work for that person. */
export const tableService: Caller = { ...user, service: 'dynamodb.amazonaws.com' };

/** The same 32 bytes each time, as a file gives them. */
export function fixedRootKey(byte = 7): RootKey {
  return {
    place: 'test',
    create: async (core) => ({
      key: core.importKey(new Uint8Array(32).fill(byte)),
      recipe: { source: 'file' },
    }),
    open: async (core) => core.importKey(new Uint8Array(32).fill(byte)),
  };
}

export interface KmsForTest {
  readonly kms: EmbeddedKms;
  readonly storage: MemoryRecordStorage;
  readonly clock: VirtualClock;
  /** Closes it and opens what it left, as after a restart. */
  reopen(): Promise<EmbeddedKms>;
}

export async function openKms(options: Partial<EmbeddedKmsOptions> = {}): Promise<KmsForTest> {
  const storage = new MemoryRecordStorage();
  const clock = new VirtualClock();
  const settings = { core: createFallbackCore(), storage, rootKey: fixedRootKey(), clock, ...options };
  const kms = await EmbeddedKms.open(settings);
  let current = kms;
  return {
    kms,
    storage,
    clock,
    async reopen() {
      await current.close();
      current = await EmbeddedKms.open(settings);
      return current;
    },
  };
}
