/** ListKeyRotations: the rotations of a key, or all its materials, oldest first. */
import type { KeyRecord, Material } from '../../kms/embedded/key.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { epochSeconds } from './epoch-seconds.ts';
import { type ListInput, listAnswer } from './list-answer.ts';

interface ListKeyRotationsInput extends ListInput {
  readonly KeyId: string;
  readonly IncludeKeyMaterial?: 'ALL_KEY_MATERIAL' | 'ROTATIONS_ONLY';
}

/** A material and its place in the history of its key, from zero. */
interface PlacedMaterial {
  readonly material: Material;
  readonly index: number;
  readonly state: 'CURRENT' | 'NON_CURRENT' | 'PENDING_ROTATION';
}

export const listKeyRotations = operation({
  name: 'ListKeyRotations',
  run: ({ kms, caller }: KmsContext, input: ListKeyRotationsInput) => {
    const { KeyId, IncludeKeyMaterial = 'ROTATIONS_ONLY', Limit = 100, Marker } = input;
    const key = kms.rotations.list(caller, KeyId);
    const all = IncludeKeyMaterial === 'ALL_KEY_MATERIAL';
    const page = kms.page({
      caller,
      list: `ListKeyRotations ${key.arn} ${IncludeKeyMaterial}`,
      items: history(key).filter(({ material }) => all || material.rotated !== undefined),
      nameOf: ({ index }) => index.toString().padStart(8, '0'),
      limit: Limit,
      marker: Marker,
    });
    return listAnswer(page, 'Rotations', (placed) => entry(key, placed));
  },
});

function history({ materials, pendingMaterial }: KeyRecord): readonly PlacedMaterial[] {
  const last = materials.length - 1;
  const placed: PlacedMaterial[] = materials.map((material, index) => ({
    material,
    index,
    state: index === last ? 'CURRENT' : 'NON_CURRENT',
  }));
  if (pendingMaterial === undefined) return placed;
  return [...placed, { material: pendingMaterial, index: last + 1, state: 'PENDING_ROTATION' }];
}

function entry(key: KeyRecord, { material, state }: PlacedMaterial): object {
  const { id, rotated } = material;
  return {
    KeyId: key.keyId,
    KeyMaterialId: id,
    ...(key.origin === 'EXTERNAL' ? importMembers(material) : {}),
    KeyMaterialState: state,
    RotationDate: rotated === undefined ? undefined : epochSeconds(rotated.atMs),
    RotationType: rotated?.type,
  };
}

function importMembers({ sealed, imported }: Material): object {
  const validToMs = sealed === undefined ? undefined : imported?.validToMs;
  const model = validToMs === undefined ? 'KEY_MATERIAL_DOES_NOT_EXPIRE' : 'KEY_MATERIAL_EXPIRES';
  return {
    KeyMaterialDescription: imported?.description,
    ImportState: sealed === undefined ? 'PENDING_IMPORT' : 'IMPORTED',
    ExpirationModel: sealed === undefined ? undefined : model,
    ValidTo: validToMs === undefined ? undefined : epochSeconds(validToMs),
  };
}
