/** The cryptographic operations: which key, may it be used, and exactly one attempt with it. */
import { randomFillSync } from 'node:crypto';
import { IntegrityFault, Outage, Refusal } from '../../base/errors.ts';
import type { CryptoCore, SecretKey } from '../../crypto/core.ts';
import { mergedFacts, noFacts, type RequestFacts, requestFacts } from '../../iam/request-facts.ts';
import type { Caller, DataKey, EncryptionContext } from '../key-service.ts';
import { hiddenKeyRefusal, isVisible, type KeyAccess, type KeyRequest } from './access.ts';
import { openedByPair, sealedForPair } from './asymmetric-cipher.ts';
import { ciphertextContext, joinCiphertext, splitCiphertext } from './ciphertext.ts';
import { checkContext, isWellFormed } from './encryption-context.ts';
import { isIn, type KeyRecord } from './key.ts';
import { aliasIn, findKey } from './key-lookup.ts';
import type { KeyRing } from './key-ring.ts';
import { isSymmetric, requireAlgorithm, requireUsage, symmetricAlgorithm } from './key-spec.ts';
import { type KeyOperation, requireState } from './key-state.ts';
import { currentMaterial, type MaterialSafe } from './material.ts';
import type { KmsMeter } from './meter.ts';

export interface EncryptRequest {
  readonly keyId: string;
  readonly context: EncryptionContext;
  /** SYMMETRIC_DEFAULT where absent. */
  readonly algorithm?: string | undefined;
}

export interface DecryptRequest {
  readonly ciphertext: Uint8Array;
  readonly context: EncryptionContext;
  /** The key the caller expects; another one is refused with IncorrectKey. */
  readonly keyId?: string | undefined;
  /** SYMMETRIC_DEFAULT where absent. Another one needs the key's id: such a ciphertext does not name its key. */
  readonly algorithm?: string | undefined;
}

export interface Sealed {
  readonly ciphertext: Uint8Array;
  readonly keyArn: string;
  /** Of symmetric keys. */
  readonly materialId?: string;
}

export interface Opened {
  /** In memory of its own: the receiver may wipe it. */
  readonly plaintext: Uint8Array;
  readonly keyArn: string;
  /** Of symmetric keys. */
  readonly materialId?: string;
}

interface KeyUseParts {
  readonly core: CryptoCore;
  readonly access: KeyAccess;
  readonly ring: KeyRing;
  readonly materials: MaterialSafe;
  readonly meter: KmsMeter;
}

/** How an operation names itself: to the table of states, to the key's policy, and to the meter. */
export interface Naming {
  readonly operation: KeyOperation;
  readonly action?: string;
  /** Condition keys of the operation itself. */
  readonly facts?: RequestFacts;
}

interface NamedUse extends Naming {
  readonly context: EncryptionContext;
  /** As the caller named the key, where it did. */
  readonly keyId?: string | undefined;
  readonly algorithm?: string | undefined;
}

export class KeyUse {
  readonly #core: CryptoCore;
  readonly #access: KeyAccess;
  readonly #ring: KeyRing;
  readonly #materials: MaterialSafe;
  readonly #meter: KmsMeter;

  constructor({ core, access, ring, materials, meter }: KeyUseParts) {
    this.#core = core;
    this.#access = access;
    this.#ring = ring;
    this.#materials = materials;
    this.#meter = meter;
  }

  encrypt(caller: Caller, request: EncryptRequest & { plaintext: Uint8Array }): Sealed {
    const key = this.sealingKey(caller, request, { operation: 'Encrypt' });
    return this.#seal(key, request);
  }

  decrypt(caller: Caller, request: DecryptRequest): Opened {
    return this.#openBytes(caller, request, { operation: 'Decrypt' });
  }

  /** The plaintext between the two is wiped before this returns. */
  reEncrypt(
    caller: Caller,
    source: DecryptRequest,
    destination: EncryptRequest,
  ): { from: Omit<Opened, 'plaintext'>; to: Sealed } {
    const target = this.#named(caller, destination.keyId, { operation: 'ReEncrypt', action: 'ReEncryptTo' });
    const facts = requestFacts([['kms:ReEncryptOnSameKey', target.keyId === sourceKeyId(source)]]);
    const key = this.sealingKey(caller, destination, {
      operation: 'ReEncrypt',
      action: 'ReEncryptTo',
      facts,
    });
    const naming = { operation: 'ReEncrypt', action: 'ReEncryptFrom', facts } as const;
    const { plaintext, ...from } = this.#openBytes(caller, source, naming);
    try {
      return { from, to: this.#seal(key, { ...destination, plaintext }) };
    } finally {
      plaintext.fill(0);
    }
  }

  /** A data key as bytes, for callers of the API. Without plaintext, it is wiped before this returns. */
  generateDataKey(
    caller: Caller,
    request: EncryptRequest & { bytes: number; withPlaintext: boolean },
  ): Sealed & { plaintext?: Uint8Array } {
    const { bytes, withPlaintext } = request;
    const operation = withPlaintext ? 'GenerateDataKey' : 'GenerateDataKeyWithoutPlaintext';
    const key = this.sealingKey(caller, request, { operation });
    const plaintext = randomFillSync(Buffer.allocUnsafeSlow(bytes));
    const sealed = this.#seal(key, { ...request, plaintext });
    if (withPlaintext) return { ...sealed, plaintext };
    plaintext.fill(0);
    return sealed;
  }

  /** A 256-bit data key that JavaScript never sees. Its ciphertext is like that of any other. */
  generateDataKeyHandle(caller: Caller, request: EncryptRequest): DataKey {
    const record = this.sealingKey(caller, request, { operation: 'GenerateDataKey' });
    const material = currentMaterial(record);
    const head = { keyId: record.keyId, materialId: material.id };
    const wrapping = this.#materials.open(record.keyId, material);
    const key = this.#core.generateKey();
    const envelope = this.#core.sealKey(wrapping, key, ciphertextContext(head, request.context));
    return { key, ciphertext: joinCiphertext(head, envelope), keyArn: record.arn };
  }

  decryptDataKeyHandle(caller: Caller, request: DecryptRequest): DataKey {
    const { plaintext, keyArn } = this.#open(
      caller,
      request,
      { operation: 'Decrypt' },
      (wrapping, envelope, bound) => this.#core.openKey(wrapping, envelope, bound),
    );
    return { key: plaintext, ciphertext: request.ciphertext, keyArn };
  }

  /** The key, for an operation without encryption context; refuses as its state and the caller's rights say. */
  admit(caller: Caller, keyId: string, operation: KeyOperation, facts?: RequestFacts): KeyRecord {
    const key = this.#named(caller, keyId, { operation });
    this.#require(caller, key, {
      operation,
      context: new Map(),
      keyId,
      ...(facts !== undefined && { facts }),
    });
    return key;
  }

  /** Refuses what the operation would refuse for the key and context alone: for dry runs without a ciphertext. */
  rehearse(caller: Caller, request: EncryptRequest, naming: Naming): void {
    const { keyId, context, algorithm = symmetricAlgorithm } = request;
    this.#require(caller, this.#named(caller, keyId, naming), {
      ...naming,
      context,
      keyId,
      algorithm,
    });
  }

  /** The key, for an operation that seals with it; refuses as its state and kind and the caller's rights say. */
  sealingKey(caller: Caller, request: EncryptRequest, naming: Naming): KeyRecord {
    const { keyId, context, algorithm = symmetricAlgorithm } = request;
    const key = this.#named(caller, keyId, naming);
    this.#require(caller, key, { ...naming, context, keyId, algorithm });
    requireAlgorithm(key, algorithm);
    if (!isSymmetric(key)) requireNoContext(context);
    checkContext(context);
    return key;
  }

  /** Seals what was made since sealingKey admitted the caller: the key may have been disabled meanwhile. */
  sealLater(
    caller: Caller,
    request: EncryptRequest & { plaintext: Uint8Array },
    operation: KeyOperation,
  ): Sealed {
    const key = this.#named(caller, request.keyId, { operation });
    if (this.#ring.closed) throw new Outage('Closed');
    requireState(operation, key);
    return this.#seal(key, request);
  }

  #seal(key: KeyRecord, request: EncryptRequest & { plaintext: Uint8Array }): Sealed {
    const { context, plaintext, algorithm = symmetricAlgorithm } = request;
    if (!isSymmetric(key)) {
      return { ciphertext: sealedForPair(key, { algorithm, plaintext }), keyArn: key.arn };
    }
    const material = currentMaterial(key);
    const head = { keyId: key.keyId, materialId: material.id };
    const wrapping = this.#materials.open(key.keyId, material);
    const envelope = this.#core.sealBytes(wrapping, plaintext, ciphertextContext(head, context));
    return { ciphertext: joinCiphertext(head, envelope), keyArn: key.arn, materialId: material.id };
  }

  #openBytes(caller: Caller, request: DecryptRequest, naming: Naming): Opened {
    const { ciphertext, context, keyId, algorithm = symmetricAlgorithm } = request;
    const named = keyId === undefined ? undefined : this.#named(caller, keyId, naming);
    if (algorithm === symmetricAlgorithm && (named === undefined || isSymmetric(named))) {
      return this.#open(caller, request, naming, (wrapping, envelope, bound) =>
        this.#core.openBytes(wrapping, envelope, bound),
      );
    }
    const parts = named === undefined ? splitCiphertext(ciphertext) : undefined;
    const use = { ...naming, context, keyId, algorithm };
    const key = parts === undefined ? named : this.#keyOf(caller, parts.keyId, use);
    if (key === undefined) {
      const message = 'KeyId is required to decrypt what an asymmetric key has encrypted.';
      throw new Refusal('Validation', { message });
    }
    this.#require(caller, key, use);
    requireAlgorithm(key, algorithm);
    requireNoContext(context);
    const plaintext = openedByPair(this.#materials, key, { algorithm, ciphertext });
    if (plaintext === undefined) throw new Refusal('InvalidCiphertext', {});
    return { plaintext, keyArn: key.arn };
  }

  /** One error for garbage, damage, another context and another service's ciphertext (R-ORA-1); one key tried (R-COM-2). */
  #open<Plain extends Uint8Array | SecretKey>(
    caller: Caller,
    { ciphertext, context, keyId }: DecryptRequest,
    naming: Naming,
    open: (wrapping: SecretKey, envelope: Uint8Array, bound: Uint8Array) => Plain,
  ): { plaintext: Plain; keyArn: string; materialId: string } {
    const expected = keyId === undefined ? undefined : this.#named(caller, keyId, naming);
    const parts = splitCiphertext(ciphertext);
    if (parts === undefined) throw new Refusal('InvalidCiphertext', {});
    if (expected !== undefined && expected.keyId !== parts.keyId) throw new Refusal('IncorrectKey', {});
    const use = { ...naming, context, keyId, algorithm: symmetricAlgorithm };
    const key = this.#keyOf(caller, parts.keyId, use);
    this.#require(caller, key, use);
    const material = key.materials.find(({ id }) => id === parts.materialId);
    if (material === undefined || !isWellFormed(context)) throw new Refusal('InvalidCiphertext', {});
    const wrapping = this.#materials.open(key.keyId, material);
    try {
      const plaintext = open(wrapping, parts.envelope, ciphertextContext(parts, context));
      return { plaintext, keyArn: key.arn, materialId: material.id };
    } catch (fault) {
      if (fault instanceof IntegrityFault) throw new Refusal('InvalidCiphertext', {});
      throw fault;
    }
  }

  #named(caller: Caller, keyId: string, { operation, action = operation }: Naming): KeyRecord {
    return findKey(this.#ring, caller, keyId, { forms: 'any', action });
  }

  /** The key a ciphertext names. One that never was here: the ciphertext is no ciphertext of ours. */
  #keyOf(caller: Caller, keyId: string, use: NamedUse): KeyRecord {
    const key = this.#ring.key(keyId, caller.region);
    if (key === undefined) {
      const deleted = this.#ring.deletedKey(keyId, caller.region);
      if (deleted === undefined) throw new Refusal('InvalidCiphertext', {});
      // The service asks for a table whose key it knows; nobody else learns what became of a key.
      if (caller.service !== undefined) throw new Refusal('KeyNotFound', { keyArn: deleted.arn });
      throw hiddenKeyRefusal();
    }
    if (key.region !== caller.region || !isVisible(caller, key)) throw hiddenKeyRefusal();
    if (key.owner === 'OWNED' || isIn(caller, key)) return key;
    const { operation, action = operation } = use;
    if (this.#access.decide(caller, key, action, requestOf(use)).allowed) return key;
    throw hiddenKeyRefusal();
  }

  #require(caller: Caller, key: KeyRecord, use: NamedUse): void {
    if (this.#ring.closed) throw new Outage('Closed');
    const { operation, action = operation } = use;
    this.#access.require(caller, key, action, requestOf(use));
    this.#meter.count(operation, key.arn);
    requireState(operation, key);
    requireUsage(key, operation);
  }
}

function requestOf({ context, facts = noFacts, keyId, algorithm }: NamedUse): KeyRequest {
  const asked = requestFacts([
    ['kms:EncryptionAlgorithm', algorithm],
    ['kms:RequestAlias', keyId === undefined ? undefined : aliasIn(keyId)],
  ]);
  return { context, facts: mergedFacts(asked, facts) };
}

/** Of a ciphertext that names its key; of another one as the request names it. */
function sourceKeyId({ ciphertext, keyId }: DecryptRequest): string | undefined {
  return splitCiphertext(ciphertext)?.keyId ?? keyId;
}

/** Refuses Validation: asymmetric encryption binds nothing to a ciphertext. */
function requireNoContext(context: EncryptionContext): void {
  if (context.size === 0) return;
  const message = 'EncryptionContext is supported for symmetric encryption keys only.';
  throw new Refusal('Validation', { message });
}
