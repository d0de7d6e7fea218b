/** DeleteImportedKeyMaterial: the key waits until the same material is imported again. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

interface DeleteImportedKeyMaterialInput {
  readonly KeyId: string;
  readonly KeyMaterialId?: string;
}

export const deleteImportedKeyMaterial = operation({
  name: 'DeleteImportedKeyMaterial',
  run: async ({ kms, caller }: KmsContext, { KeyId, KeyMaterialId }: DeleteImportedKeyMaterialInput) => {
    const request = { keyId: KeyId, materialId: KeyMaterialId };
    const { key, materialId } = await kms.imports.delete(caller, request);
    return { KeyId: key.arn, KeyMaterialId: materialId };
  },
});
