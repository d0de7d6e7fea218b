/** A key as DescribeKey and CreateKey show it. */
import type { KeyRecord } from '../../kms/embedded/key.ts';
import { epochSeconds } from './epoch-seconds.ts';

export function keyMetadata(key: KeyRecord): object {
  return {
    AWSAccountId: key.account,
    KeyId: key.keyId,
    Arn: key.arn,
    CreationDate: epochSeconds(key.createdMs),
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: key.state,
    DeletionDate: key.deletionMs === undefined ? undefined : epochSeconds(key.deletionMs),
    Origin: key.origin,
    KeyManager: key.owner === 'CUSTOMER' ? 'CUSTOMER' : 'AWS',
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    KeySpec: 'SYMMETRIC_DEFAULT',
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: false,
    CurrentKeyMaterialId: key.state === 'PendingImport' ? undefined : key.materials.at(-1)?.id,
  };
}
