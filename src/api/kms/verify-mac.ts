/** VerifyMac: whether a message authentication code is the key's; one that is not is refused. */
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { stopDryRun } from './dry-run.ts';

interface VerifyMacInput {
  readonly KeyId: string;
  readonly Message: Uint8Array;
  readonly Mac: Uint8Array;
  readonly MacAlgorithm: string;
  readonly GrantTokens?: readonly string[];
  readonly DryRun?: boolean;
}

export const verifyMac = operation({
  name: 'VerifyMac',
  run: ({ kms, caller }: KmsContext, input: VerifyMacInput) => {
    kms.grants.requireTokens(caller, input.GrantTokens);
    const { KeyId, Message, Mac, MacAlgorithm } = input;
    const request = { keyId: KeyId, message: Message, algorithm: MacAlgorithm, mac: Mac };
    const { valid, keyArn } = kms.macs.verify(caller, request);
    if (!valid) throw new Refusal('MacWrong', {});
    stopDryRun(input.DryRun);
    kms.lastUses.note(keyArn, 'VerifyMac');
    return { KeyId: keyArn, MacValid: true, MacAlgorithm };
  },
});
