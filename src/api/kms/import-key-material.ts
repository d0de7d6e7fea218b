/** ImportKeyMaterial: brings the material of a key that has none of its own, for good or until a time. */
import { Refusal } from '../../base/errors.ts';
import type { ImportType } from '../../kms/embedded/import-material.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

interface ImportKeyMaterialInput {
  readonly KeyId: string;
  readonly ImportToken: Uint8Array;
  readonly EncryptedKeyMaterial: Uint8Array;
  /** Seconds since 1970. */
  readonly ValidTo?: number;
  readonly ExpirationModel?: string;
  readonly ImportType?: ImportType;
  readonly KeyMaterialDescription?: string;
  readonly KeyMaterialId?: string;
}

export const importKeyMaterial = operation({
  name: 'ImportKeyMaterial',
  run: async ({ kms, caller }: KmsContext, input: ImportKeyMaterialInput) => {
    const { key, materialId } = await kms.imports.import(caller, {
      keyId: input.KeyId,
      token: input.ImportToken,
      wrapped: input.EncryptedKeyMaterial,
      validToMs: validToMs(input),
      importType: input.ImportType,
      description: input.KeyMaterialDescription,
      materialId: input.KeyMaterialId,
    });
    return { KeyId: key.arn, KeyMaterialId: materialId };
  },
});

/** Refuses Validation for an expiry that is missing, or not wanted. */
function validToMs({
  ExpirationModel = 'KEY_MATERIAL_EXPIRES',
  ValidTo,
}: ImportKeyMaterialInput): number | undefined {
  if (ExpirationModel === 'KEY_MATERIAL_EXPIRES') {
    if (ValidTo !== undefined) return Math.round(ValidTo * 1000);
    const message = 'A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES';
    throw new Refusal('Validation', { message });
  }
  if (ValidTo === undefined) return undefined;
  const message = 'A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE';
  throw new Refusal('Validation', { message });
}
