/** A session on a PKCS#11 token, with one AES key of it, which never leaves it: through `pkcs11js`. */
import type { Handle, Mechanism, PKCS11, Template } from 'pkcs11js';
import { Outage } from '../../base/errors.ts';
import { pkcs11Fault } from './pkcs11-fault.ts';

export interface Pkcs11Place {
  /** The library of the token's maker. */
  readonly library: string;
  /** Label of the token. */
  readonly token: string;
  /** Label of the AES key on it. */
  readonly key: string;
}

/** The exports of the package. */
type Cryptoki = typeof import('pkcs11js');

interface Session {
  readonly cryptoki: Cryptoki;
  readonly library: PKCS11;
  readonly session: Handle;
}

export const pkcs11IvBytes = 12;
export const pkcs11TagBytes = 16;

export class Pkcs11Key {
  readonly #parts: Session;
  readonly #key: Handle;

  constructor(parts: Session, key: Handle) {
    this.#parts = parts;
    this.#key = key;
  }

  /** AES-256-GCM: `ciphertext ‖ tag`. */
  encrypt(plain: Buffer, iv: Buffer, aad: Buffer): Buffer {
    const { library, session } = this.#parts;
    return this.#step('RootKeyRefused', 'The token does not seal with its key.', () => {
      library.C_EncryptInit(session, this.#gcm(iv, aad), this.#key);
      return library.C_Encrypt(session, plain, Buffer.alloc(plain.length + pkcs11TagBytes));
    });
  }

  /** Into `output`, which is as long as `sealed`; gives the part of it that was filled. Throws Outage RootKeyWrong. */
  decrypt(sealed: Buffer, { iv, aad, output }: { iv: Buffer; aad: Buffer; output: Buffer }): Buffer {
    const { library, session } = this.#parts;
    return this.#step('RootKeyWrong', 'The key of the token does not open it.', () => {
      library.C_DecryptInit(session, this.#gcm(iv, aad), this.#key);
      return library.C_Decrypt(session, sealed, output);
    });
  }

  #gcm(iv: Buffer, aad: Buffer): Mechanism {
    const { CKM_AES_GCM, CK_PARAMS_AES_GCM_v240: type } = this.#parts.cryptoki;
    const parameter = { type, iv, aad, ivBits: 8 * iv.length, tagBits: 8 * pkcs11TagBytes };
    return { mechanism: CKM_AES_GCM, parameter };
  }

  #step<T>(code: 'RootKeyRefused' | 'RootKeyWrong', hint: string, run: () => T): T {
    try {
      return run();
    } catch (thrown) {
      throw pkcs11Fault(thrown, { code, hint });
    }
  }
}

/**
 * Logs in, hands the key to `use`, and leaves the token again. `make`: a key is made where there is none of that label.
 * Throws Outage RootKeyMissing, RootKeyRefused and RootKeyWrong.
 */
export async function withPkcs11Key<T>(
  place: Pkcs11Place,
  { pin, make }: { readonly pin: string; readonly make: boolean },
  use: (key: Pkcs11Key) => T,
): Promise<T> {
  const cryptoki = await loadPackage();
  const library = new cryptoki.PKCS11();
  const missing = (hint: string) => ({ code: 'RootKeyMissing' as const, hint });
  try {
    library.load(place.library);
  } catch (thrown) {
    throw pkcs11Fault(thrown, missing(`The PKCS#11 library ${place.library} cannot be loaded.`));
  }
  let isOurs = false;
  try {
    isOurs = initialize(cryptoki, library);
    const slot = slotOf(library, place.token);
    const session = library.C_OpenSession(slot, cryptoki.CKF_SERIAL_SESSION | cryptoki.CKF_RW_SESSION);
    const parts = { cryptoki, library, session };
    let isLoggedIn = false;
    try {
      isLoggedIn = logIn(parts, pin);
      return use(new Pkcs11Key(parts, findKey(parts, place, make)));
    } finally {
      // Every session of this process is logged in at once, also one of someone else.
      if (isLoggedIn) quietly(() => library.C_Logout(session));
      quietly(() => library.C_CloseSession(session));
    }
  } catch (thrown) {
    throw pkcs11Fault(thrown, missing(`The token ${place.token} cannot be used.`));
  } finally {
    if (isOurs) quietly(() => library.C_Finalize());
    quietly(() => library.close());
  }
}

async function loadPackage(): Promise<Cryptoki> {
  try {
    const loaded: { readonly default: Cryptoki } = await import('pkcs11js');
    return loaded.default;
  } catch (cause) {
    const hint = 'Tokens are reached through a package of its own: npm install pkcs11js.';
    throw new Outage('RootKeyMissing', { cause, hint });
  }
}

/** False where someone else in this process has it in use: then it is not ours to end. */
function initialize(cryptoki: Cryptoki, library: PKCS11): boolean {
  try {
    library.C_Initialize({ flags: cryptoki.CKF_OS_LOCKING_OK });
    return true;
  } catch (thrown) {
    if (isReturnValue(thrown, 'CKR_CRYPTOKI_ALREADY_INITIALIZED')) return false;
    throw thrown;
  }
}

function slotOf(library: PKCS11, label: string): Handle {
  const slots = library
    .C_GetSlotList(true)
    .filter((slot) => library.C_GetTokenInfo(slot).label.trimEnd() === label);
  const [slot] = slots;
  if (slot === undefined)
    throw new Outage('RootKeyMissing', { hint: `No token labelled ${label} is there.` });
  if (slots.length === 1) return slot;
  throw new Outage('RootKeyMissing', { hint: `${slots.length} tokens are labelled ${label}.` });
}

/** False where someone else in this process is logged in, and stays so. */
function logIn({ cryptoki, library, session }: Session, pin: string): boolean {
  try {
    library.C_Login(session, cryptoki.CKU_USER, pin);
    return true;
  } catch (thrown) {
    if (isReturnValue(thrown, 'CKR_USER_ALREADY_LOGGED_IN')) return false;
    throw thrown;
  }
}

function findKey(parts: Session, { token, key: label }: Pkcs11Place, make: boolean): Handle {
  const { cryptoki, library, session } = parts;
  const wanted: Template = [
    { type: cryptoki.CKA_CLASS, value: cryptoki.CKO_SECRET_KEY },
    { type: cryptoki.CKA_KEY_TYPE, value: cryptoki.CKK_AES },
    { type: cryptoki.CKA_LABEL, value: label },
  ];
  library.C_FindObjectsInit(session, wanted);
  let found: readonly Handle[];
  try {
    found = library.C_FindObjects(session, 2);
  } finally {
    library.C_FindObjectsFinal(session);
  }
  const [key] = found;
  if (key !== undefined && found.length === 1) return key;
  if (key !== undefined) {
    throw new Outage('RootKeyMissing', {
      hint: `More than one AES key of token ${token} is labelled ${label}.`,
    });
  }
  if (make) return makeKey(parts, wanted);
  throw new Outage('RootKeyMissing', { hint: `No AES key labelled ${label} is on the token ${token}.` });
}

/** One that no library gives out, not even wrapped. */
function makeKey({ cryptoki, library, session }: Session, wanted: Template): Handle {
  return library.C_GenerateKey(session, { mechanism: cryptoki.CKM_AES_KEY_GEN }, [
    ...wanted,
    { type: cryptoki.CKA_VALUE_LEN, value: 32 },
    { type: cryptoki.CKA_TOKEN, value: true },
    { type: cryptoki.CKA_PRIVATE, value: true },
    { type: cryptoki.CKA_SENSITIVE, value: true },
    { type: cryptoki.CKA_EXTRACTABLE, value: false },
    { type: cryptoki.CKA_ENCRYPT, value: true },
    { type: cryptoki.CKA_DECRYPT, value: true },
  ]);
}

function isReturnValue(thrown: unknown, name: string): boolean {
  return thrown instanceof Error && thrown.message.startsWith(name);
}

/** What fails while leaving must not hide what was done. */
function quietly(step: () => void): void {
  try {
    step();
  } catch {
    // The token is gone, or was left already.
  }
}
