/** UpdatePrimaryRegion: which of related multi-Region keys is the primary one. */
import { noOutput, operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

interface UpdatePrimaryRegionInput {
  readonly KeyId: string;
  readonly PrimaryRegion: string;
}

export const updatePrimaryRegion = operation({
  name: 'UpdatePrimaryRegion',
  run: async ({ kms, caller }: KmsContext, { KeyId, PrimaryRegion }: UpdatePrimaryRegionInput) => {
    await kms.multiRegion.updatePrimaryRegion(caller, { keyId: KeyId, region: PrimaryRegion });
    return noOutput;
  },
});
