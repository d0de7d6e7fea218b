/** GetKeyLastUsage: what a key was last used for, and since when that is noted. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { epochSeconds } from './epoch-seconds.ts';

export const getKeyLastUsage = operation({
  name: 'GetKeyLastUsage',
  run: ({ kms, caller }: KmsContext, { KeyId }: { readonly KeyId: string }) => {
    const { keyId, arn, createdMs } = kms.keys.read(caller, 'GetKeyLastUsage', KeyId);
    const last = kms.lastUses.of(arn);
    return {
      KeyId: keyId,
      KeyLastUsage:
        last === undefined ? {} : { Operation: last.operation, Timestamp: epochSeconds(last.atMs) },
      TrackingStartDate: epochSeconds(Math.max(createdMs, kms.lastUses.sinceMs)),
      KeyCreationDate: epochSeconds(createdMs),
    };
  },
});
