/** A key as DescribeKey and CreateKey show it. */
import { firstExpiryMs } from '../../kms/embedded/import-state.ts';
import type { KeyRecord } from '../../kms/embedded/key.ts';
import { algorithmsOf, isSymmetric, type KeyUsage, specOf, usageOf } from '../../kms/embedded/key-spec.ts';
import { epochSeconds } from './epoch-seconds.ts';

/** The member that lists the algorithms of each usage. */
const algorithmMember: Readonly<Record<KeyUsage, string>> = {
  ENCRYPT_DECRYPT: 'EncryptionAlgorithms',
  SIGN_VERIFY: 'SigningAlgorithms',
  GENERATE_VERIFY_MAC: 'MacAlgorithms',
  KEY_AGREEMENT: 'KeyAgreementAlgorithms',
};

export function algorithmMembers(key: KeyRecord): object {
  const kind = { spec: specOf(key), usage: usageOf(key) };
  return { [algorithmMember[kind.usage]]: algorithmsOf(kind) };
}

/** `family`: the key and those related to it (MultiRegion.family). */
export function keyMetadata(key: KeyRecord, family: readonly KeyRecord[] = [key]): object {
  return {
    AWSAccountId: key.account,
    KeyId: key.keyId,
    Arn: key.arn,
    CreationDate: epochSeconds(key.createdMs),
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: usageOf(key),
    KeyState: key.state,
    DeletionDate: key.deletionMs === undefined ? undefined : epochSeconds(key.deletionMs),
    PendingDeletionWindowInDays: key.deletionWindowDays,
    ...expiryMembers(key),
    Origin: key.origin,
    KeyManager: key.owner === 'CUSTOMER' ? 'CUSTOMER' : 'AWS',
    CustomerMasterKeySpec: specOf(key),
    KeySpec: specOf(key),
    ...algorithmMembers(key),
    MultiRegion: key.primaryRegion !== undefined,
    MultiRegionConfiguration: multiRegionConfiguration(key, family),
    CurrentKeyMaterialId: currentMaterialId(key),
  };
}

function multiRegionConfiguration(
  { region, primaryRegion }: KeyRecord,
  family: readonly KeyRecord[],
): object | undefined {
  if (primaryRegion === undefined) return undefined;
  const named = family.map((key) => ({ Arn: key.arn, Region: key.region }));
  return {
    MultiRegionKeyType: region === primaryRegion ? 'PRIMARY' : 'REPLICA',
    PrimaryKey: named.find(({ Region }) => Region === primaryRegion),
    ReplicaKeys: named.filter(({ Region }) => Region !== primaryRegion),
  };
}

/** What is said of imported material while it is there. */
function expiryMembers(key: KeyRecord): object {
  if (key.origin !== 'EXTERNAL' || !key.materials.some(({ sealed }) => sealed !== undefined)) return {};
  const validToMs = firstExpiryMs(key);
  if (validToMs === undefined) return { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };
  return { ValidTo: epochSeconds(validToMs), ExpirationModel: 'KEY_MATERIAL_EXPIRES' };
}

function currentMaterialId(key: KeyRecord): string | undefined {
  if (key.state === 'PendingImport' || !isSymmetric(key)) return undefined;
  return key.materials.at(-1)?.id;
}
