/** GenerateMac: a message authentication code under an HMAC key. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { stopDryRun } from './dry-run.ts';

interface GenerateMacInput {
  readonly KeyId: string;
  readonly Message: Uint8Array;
  readonly MacAlgorithm: string;
  readonly GrantTokens?: readonly string[];
  readonly DryRun?: boolean;
}

export const generateMac = operation({
  name: 'GenerateMac',
  run: ({ kms, caller }: KmsContext, input: GenerateMacInput) => {
    kms.grants.requireTokens(caller, input.GrantTokens);
    const { KeyId, Message, MacAlgorithm } = input;
    const request = { keyId: KeyId, message: Message, algorithm: MacAlgorithm };
    const { mac, keyArn } = kms.macs.generate(caller, request);
    stopDryRun(input.DryRun);
    kms.lastUses.note(keyArn, 'GenerateMac');
    return { Mac: mac, MacAlgorithm, KeyId: keyArn };
  },
});
