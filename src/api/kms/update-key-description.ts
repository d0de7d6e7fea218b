/** UpdateKeyDescription: another text for a key. */
import { noOutput, operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

interface UpdateKeyDescriptionInput {
  readonly KeyId: string;
  readonly Description: string;
}

export const updateKeyDescription = operation({
  name: 'UpdateKeyDescription',
  run: async ({ kms, caller }: KmsContext, { KeyId, Description }: UpdateKeyDescriptionInput) => {
    await kms.keys.updateDescription(caller, KeyId, Description);
    return noOutput;
  },
});
