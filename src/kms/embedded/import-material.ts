/** Importing the material of keys that have none of their own, and taking it away again. */
import { createHash } from 'node:crypto';
import { type Clock, dayMs } from '../../base/clock.ts';
import { Refusal } from '../../base/errors.ts';
import { type RequestFacts, requestFacts } from '../../iam/request-facts.ts';
import type { Caller } from '../key-service.ts';
import { newKeyPair, publicHalfOf } from './asymmetric-key.ts';
import { hasAllMaterial, withMaterial, withoutSecrets } from './import-state.ts';
import type { ImportTokens } from './import-token.ts';
import { unwrapped, type WrappingAlgorithm, type WrappingSpec } from './import-wrapping.ts';
import type { ImportedMaterial, KeyRecord, Material } from './key.ts';
import type { KeyAdministration } from './key-administration.ts';
import type { KeyRing } from './key-ring.ts';
import { sealedSecret } from './key-secret.ts';
import { isSymmetric, makeOf, specOf } from './key-spec.ts';
import { lengthPrefixed } from './length-prefixed.ts';
import type { MaterialSafe } from './material.ts';

export const importTokenMs = dayMs;
export const materialValidMsMax = 365 * dayMs;
const symmetricBytes = 32;

export interface ImportParameters {
  readonly token: Uint8Array;
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly validToMs: number;
  readonly keyArn: string;
}

export type ImportType = 'NEW_KEY_MATERIAL' | 'EXISTING_KEY_MATERIAL';

export interface ImportRequest {
  readonly keyId: string;
  readonly token: Uint8Array;
  readonly wrapped: Uint8Array;
  /** Absent for material that does not expire. */
  readonly validToMs?: number | undefined;
  readonly importType?: ImportType | undefined;
  readonly description?: string | undefined;
  /** The material that the caller expects to bring. */
  readonly materialId?: string | undefined;
}

interface MaterialImportParts {
  readonly clock: Clock;
  readonly ring: KeyRing;
  readonly keys: KeyAdministration;
  readonly materials: MaterialSafe;
  readonly tokens: ImportTokens;
  /** Called once material has come that may expire. */
  readonly expiryChanged: () => Promise<void>;
}

/** Material as it came out of its wrapping, found to fit its key. */
interface Arrival {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly publicKey: Buffer | undefined;
}

export class MaterialImport {
  readonly #parts: MaterialImportParts;

  constructor(parts: MaterialImportParts) {
    this.#parts = parts;
  }

  /** Refuses UnsupportedKeyOperation for a key with material of its own. */
  async parameters(
    caller: Caller,
    { keyId, algorithm, spec }: { keyId: string; algorithm: WrappingAlgorithm; spec: WrappingSpec },
  ): Promise<ImportParameters> {
    const { clock, keys, tokens } = this.#parts;
    const { arn } = keys.read(caller, 'GetParametersForImport', keyId, {
      facts: requestFacts([
        ['kms:WrappingAlgorithm', algorithm],
        ['kms:WrappingKeySpec', spec],
      ]),
    });
    const { privateKey, publicKey } = await newKeyPair(spec);
    const validToMs = clock.nowMs() + importTokenMs;
    try {
      const token = tokens.make(arn, { algorithm, expiresMs: validToMs, privateKey });
      return { token, publicKey, validToMs, keyArn: arn };
    } finally {
      privateKey.fill(0);
    }
  }

  /**
   * Refuses Validation for an expiry that is not within a year from now, ImportTokenInvalid, ImportTokenExpired,
   * InvalidCiphertext, KeyMaterialWrong and KeyMaterialConflict.
   */
  async import(caller: Caller, request: ImportRequest): Promise<{ key: KeyRecord; materialId: string }> {
    const { ring, keys, materials, expiryChanged } = this.#parts;
    const imported = await ring.change(() => {
      const key = keys.read(caller, 'ImportKeyMaterial', request.keyId, { facts: factsOf(request) });
      this.#checkExpiry(request);
      const bytes = this.#unwrap(key, request);
      try {
        const arrival = arrivalOf(key, bytes);
        const known = knownMaterial(key, arrival, request);
        const details = importedDetails(request, known);
        const material: Material = { ...seal(materials, key, arrival), imported: details };
        const pending = key.materials.length > 0 && !key.materials.some(({ id }) => id === arrival.id);
        const next = pending ? { ...key, pendingMaterial: material } : withMaterial(key, material);
        return { keys: [next], result: { key: next, materialId: arrival.id } };
      } finally {
        bytes.fill(0);
      }
    });
    await expiryChanged();
    return imported;
  }

  /** Without a material's id, of the current one. Refuses KeyMaterialNotFound for one the key never had. */
  async delete(
    caller: Caller,
    { keyId, materialId }: { keyId: string; materialId?: string | undefined },
  ): Promise<{ key: KeyRecord; materialId: string | undefined }> {
    const { ring, keys, materials } = this.#parts;
    const deleted = await ring.change(() => {
      const key = keys.read(caller, 'DeleteImportedKeyMaterial', keyId);
      const wanted = materialId ?? key.materials.at(-1)?.id;
      const known = [...key.materials.map(({ id }) => id), key.pendingMaterial?.id];
      if (materialId !== undefined && !known.includes(materialId)) {
        throw new Refusal('KeyMaterialNotFound', { materialId });
      }
      const next = withoutSecrets(key, ({ id }) => id === wanted);
      return { keys: [next], result: { key: next, materialId: wanted } };
    });
    if (!hasAllMaterial(deleted.key)) materials.wipe(deleted.key);
    return deleted;
  }

  #checkExpiry({ validToMs }: ImportRequest): void {
    if (validToMs === undefined) return;
    const nowMs = this.#parts.clock.nowMs();
    if (validToMs > nowMs && validToMs <= nowMs + materialValidMsMax) return;
    throw new Refusal('Validation', { message: 'ValidTo must be in the future, and within 365 days.' });
  }

  #unwrap({ arn }: KeyRecord, { token, wrapped }: ImportRequest): Uint8Array {
    const { clock, tokens } = this.#parts;
    const { algorithm, expiresMs, privateKey } = tokens.open(arn, token);
    try {
      if (expiresMs <= clock.nowMs()) throw new Refusal('ImportTokenExpired', {});
      const bytes = unwrapped(privateKey, { algorithm, wrapped });
      if (bytes === undefined) throw new Refusal('InvalidCiphertext', {});
      return bytes;
    } finally {
      privateKey.fill(0);
    }
  }
}

function factsOf({ validToMs }: ImportRequest): RequestFacts {
  const model = validToMs === undefined ? 'KEY_MATERIAL_DOES_NOT_EXPIRE' : 'KEY_MATERIAL_EXPIRES';
  return requestFacts([
    ['kms:ExpirationModel', model],
    ['kms:ValidTo', validToMs === undefined ? undefined : new Date(validToMs).toISOString()],
  ]);
}

/** Refuses KeyMaterialWrong for bytes that no key of this spec is made of. */
function arrivalOf(key: KeyRecord, bytes: Uint8Array): Arrival {
  const spec = specOf(key);
  const make = makeOf(spec);
  // The same bytes have the same name, so that they are known again; SHA-256 tells nothing of a secret that is random.
  const name = lengthPrefixed('cryptable kms imported material 1', key.keyId, bytes);
  const id = createHash('sha256').update(name).digest('hex');
  name.fill(0);
  if (make.kind === 'symmetric' || make.kind === 'hmac') {
    const [min, max] = make.kind === 'hmac' ? [make.bytes, make.bytesMax] : [symmetricBytes, symmetricBytes];
    if (bytes.length >= min && bytes.length <= max) return { id, bytes, publicKey: undefined };
    const allowed = min === max ? `${min}` : `${min} to ${max}`;
    throw wrong(`Key material of key spec ${spec} has ${allowed} bytes.`);
  }
  const publicKey = publicHalfOf(spec, bytes);
  if (publicKey !== undefined) return { id, bytes, publicKey };
  throw wrong(`The key material is not the PKCS #8 DER of a private key of key spec ${spec}.`);
}

/** What is known of the material; refuses what may not come to this key, or not as what the caller says it is. */
function knownMaterial(key: KeyRecord, { id }: Arrival, request: ImportRequest): Material | undefined {
  const { arn, keyId, materials, pendingMaterial } = key;
  const known = [...materials, ...(pendingMaterial ? [pendingMaterial] : [])].find((one) => one.id === id);
  const { importType = materials.length === 0 ? 'NEW_KEY_MATERIAL' : 'EXISTING_KEY_MATERIAL' } = request;
  if (request.materialId !== undefined && request.materialId !== id) {
    throw wrong(`The key material is not the one with the id ${request.materialId}.`);
  }
  if (known !== undefined) {
    if (importType === 'EXISTING_KEY_MATERIAL') return known;
    throw wrong('The key material has been imported before: its ImportType is EXISTING_KEY_MATERIAL.');
  }
  if (importType === 'EXISTING_KEY_MATERIAL' || (materials.length > 0 && !isSymmetric(key))) {
    throw wrong('The key material is not the same as the one that was imported before.');
  }
  if (materials.length > 0 && key.primaryRegion !== undefined) {
    const message = `${arn} is a multi-Region key, which this key service gives one key material only.`;
    throw new Refusal('UnsupportedKeyOperation', { message });
  }
  if (pendingMaterial !== undefined) {
    throw new Refusal('KeyMaterialConflict', {
      message:
        `New key material (id: ${id}) cannot be imported into KMS key ${keyId}, ` +
        `because another key material (id: ${pendingMaterial.id}) is pending rotation.`,
    });
  }
  return undefined;
}

function importedDetails(
  { description, validToMs }: ImportRequest,
  known: Material | undefined,
): ImportedMaterial {
  const text = description ?? known?.imported?.description;
  return {
    ...(text === undefined ? {} : { description: text }),
    ...(validToMs === undefined ? {} : { validToMs }),
  };
}

function seal(materials: MaterialSafe, key: KeyRecord, { id, bytes, publicKey }: Arrival): Material {
  if (isSymmetric(key)) return materials.takeKey(key.keyId, id, bytes);
  return sealedSecret(materials, key.keyId, { id, bytes, ...(publicKey === undefined ? {} : { publicKey }) });
}

function wrong(message: string): Refusal<'KeyMaterialWrong'> {
  return new Refusal('KeyMaterialWrong', { message });
}
