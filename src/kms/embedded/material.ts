/** Backing material of keys: made and sealed here, opened when used, and wiped as soon as its key may not be used. */
import { randomBytes } from 'node:crypto';
import { utf8 } from '../../base/bytes.ts';
import { assert } from '../../base/errors.ts';
import type { CryptoCore, SecretKey } from '../../crypto/core.ts';
import type { KeyRecord, Material } from './key.ts';
import { lengthPrefixed } from './length-prefixed.ts';

/** Locked memory is scarce: the materials used longest ago are wiped and opened again when they are needed. */
const openMax = 512;
const materialIdBytes = 32;

export class MaterialSafe {
  readonly #core: CryptoCore;
  /** Seals every material of the store. Wiped by close. */
  readonly #wrapping: SecretKey;
  /** By material id; the one used last comes last. */
  readonly #open = new Map<string, SecretKey>();

  constructor(core: CryptoCore, wrapping: SecretKey) {
    this.#core = core;
    this.#wrapping = wrapping;
  }

  make(keyId: string): Material {
    return this.#sealKey(keyId, newMaterialId(), this.#core.generateKey());
  }

  /** Takes the 32 bytes of a symmetric key that comes from outside, and wipes them. */
  takeKey(keyId: string, id: string, bytes: Uint8Array): Material {
    return this.#sealKey(keyId, id, this.#core.importKey(bytes));
  }

  /** Takes the secret of an HMAC or asymmetric key, and wipes it. */
  takeSecret(keyId: string, bytes: Uint8Array, id = newMaterialId()): Material {
    try {
      const sealed = this.#core.sealBytes(this.#wrapping, bytes, secretContextOf(keyId, id));
      return { id, sealed: Buffer.from(sealed).toString('base64') };
    } finally {
      bytes.fill(0);
    }
  }

  /** Lends such a secret to `use`, since node:crypto works with bytes alone, and wipes it when `use` returns. */
  useSecret<Result>(keyId: string, material: Material, use: (bytes: Uint8Array) => Result): Result {
    const context = secretContextOf(keyId, material.id);
    const bytes = this.#core.openBytes(this.#wrapping, sealedOf(material), context);
    try {
      return use(bytes);
    } finally {
      bytes.fill(0);
    }
  }

  /** The key itself, for use within this turn of the event loop; it stays the safe's to wipe. */
  open(keyId: string, material: Material): SecretKey {
    const known = this.#open.get(material.id);
    if (known !== undefined) {
      this.#open.delete(material.id);
      this.#open.set(material.id, known);
      return known;
    }
    const key = this.#core.openKey(this.#wrapping, sealedOf(material), contextOf(keyId, material.id));
    this.#open.set(material.id, key);
    const [oldest] = this.#open.keys();
    if (this.#open.size > openMax && oldest !== undefined) this.#wipe(oldest);
    return key;
  }

  /** Wipes what is open of a key. */
  wipe(key: KeyRecord): void {
    for (const { id } of key.materials) this.#wipe(id);
  }

  get openCount(): number {
    return this.#open.size;
  }

  close(): void {
    for (const id of [...this.#open.keys()]) this.#wipe(id);
    this.#wrapping.destroy();
  }

  #sealKey(keyId: string, id: string, key: SecretKey): Material {
    try {
      const sealed = this.#core.sealKey(this.#wrapping, key, contextOf(keyId, id));
      return { id, sealed: Buffer.from(sealed).toString('base64') };
    } finally {
      key.destroy();
    }
  }

  #wipe(id: string): void {
    this.#open.get(id)?.destroy();
    this.#open.delete(id);
  }
}

/** The material that encrypts now. */
export function currentMaterial(key: KeyRecord): Material {
  const material = key.materials.at(-1);
  assert(material !== undefined, 'a key without material passed the table of states');
  return material;
}

function newMaterialId(): string {
  return randomBytes(materialIdBytes).toString('hex');
}

function sealedOf({ sealed }: Material): Buffer {
  assert(sealed !== undefined, 'material that is gone passed the table of states');
  return Buffer.from(sealed, 'base64');
}

/** Another one than that of keys, so that nothing reads as bytes what JavaScript must not see. */
function secretContextOf(keyId: string, materialId: string): Uint8Array {
  return lengthPrefixed(utf8('cryptable kms secret 1'), keyId, materialId);
}

function contextOf(keyId: string, materialId: string): Uint8Array {
  return lengthPrefixed(utf8('cryptable kms material 1'), keyId, materialId);
}
