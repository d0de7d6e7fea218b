/** The transit engine of Vault or OpenBao as the key service of customers' keys. */
import { utf8 } from '../base/bytes.ts';
import { isRefusal, Outage, Refusal } from '../base/errors.ts';
import { keyBytes } from '../crypto/core.ts';
import { fillRandom } from '../crypto/random.ts';
import { contextFields } from './embedded/encryption-context.ts';
import { lengthPrefixed } from './embedded/length-prefixed.ts';
import type { EncryptionContext, KeyDescription } from './key-service.ts';
import type {
  DecryptQuestion,
  DescribeQuestion,
  GenerateQuestion,
  KeyServiceClient,
  MadeDataKey,
  OpenedDataKey,
} from './key-service-client.ts';
import type { PatienceLimits } from './patience.ts';
import type { SecretSource } from './secret-source.ts';
import { vaultFault } from './vault-fault.ts';
import { VaultHttp, type VaultReply, type VaultRequest } from './vault-http.ts';

export interface VaultTransitOptions {
  /** As https://vault.example.com:8200. Plain HTTP is for this machine alone. */
  readonly url: string;
  /** Of a file, what is in it at each request: an agent may renew it. */
  readonly token: SecretSource;
  /** Where the engine is mounted; `transit` unless said otherwise. */
  readonly mount?: string;
  readonly namespace?: string;
  readonly patience?: Partial<PatienceLimits>;
}

/** Names as Vault has them: one never leads to another path. */
const nameForm = /^\w(?:[\w.-]{0,126}\w)?$/;
const mountForm = /^\w[\w.-]*(?:\/\w[\w.-]*){0,7}$/;
/** Those that bind what they do not encrypt. */
const boundTypes: ReadonlySet<unknown> = new Set([
  'aes128-gcm96',
  'aes256-gcm96',
  'chacha20-poly1305',
  'xchacha20-poly1305',
]);
const ciphertextForm = /^vault:v[1-9]\d*:[A-Za-z0-9+/]+=*$/;

/** Throws Outage KeyServiceUnsafe for plain HTTP beyond this machine, and a TypeError for what is no address or mount. */
export function vaultTransit(options: VaultTransitOptions): KeyServiceClient {
  return new VaultTransit(options);
}

class VaultTransit implements KeyServiceClient {
  readonly name: string;
  readonly patience: Partial<PatienceLimits>;
  readonly #http: VaultHttp;
  readonly #mount: string;
  readonly #arnPrefix: string;

  constructor({ url, token, namespace, mount = 'transit', patience = {} }: VaultTransitOptions) {
    if (!mountForm.test(mount))
      throw new TypeError('A mount of Vault is written as transit or team/transit.');
    this.#http = new VaultHttp({ url, token, namespace });
    this.#mount = mount;
    this.#arnPrefix = `vault:${mount}/keys/`;
    this.name = `Vault at ${this.#http.host}, ${mount}`;
    this.patience = patience;
  }

  /** `keyId`: the key's name, or what a description calls its ARN. */
  async describeKey({ keyId, signal }: DescribeQuestion): Promise<KeyDescription> {
    const name = this.#nameOf(keyId);
    const arn = this.#arnPrefix + name;
    const { data } = await this.#ask({ method: 'GET', path: `${this.#mount}/keys/${name}`, signal }, arn);
    if (typeof data.type !== 'string') throw incomplete();
    if (!boundTypes.has(data.type)) {
      throw new Refusal('KeyUsageWrong', {
        message: `${arn} is a key of type ${data.type}, which binds no context.`,
      });
    }
    const state = data.soft_deleted === true ? 'Disabled' : 'Enabled';
    return { keyId: name, arn, state, manager: 'CUSTOMER' };
  }

  /**
   * Made here and encrypted there: the engine's own data keys can be bound to a context under derived keys only. Under those
   * the context takes part in the derivation as well.
   */
  async generateDataKey({ keyArn, context, signal }: GenerateQuestion): Promise<MadeDataKey> {
    const plaintext = Buffer.allocUnsafeSlow(keyBytes);
    fillRandom(plaintext);
    try {
      const body = { plaintext: plaintext.toString('base64'), ...bound(context) };
      const { data } = await this.#ask(
        { method: 'POST', path: this.#path('encrypt', keyArn), body, signal },
        keyArn,
      );
      const { ciphertext } = data;
      if (typeof ciphertext !== 'string' || !ciphertextForm.test(ciphertext)) throw incomplete();
      return { plaintext, keyArn, ciphertext: utf8(ciphertext) };
    } catch (fault) {
      plaintext.fill(0);
      throw fault;
    }
  }

  /** The engine tries the key in the path and no other, and so the answer cannot be of another one (R-COM-2). */
  async decryptDataKey({ keyArn, ciphertext, context, signal }: DecryptQuestion): Promise<OpenedDataKey> {
    const text = Buffer.from(ciphertext).toString('latin1');
    if (!ciphertextForm.test(text)) throw new Refusal('InvalidCiphertext', {});
    const body = { ciphertext: text, ...bound(context) };
    const { data } = await this.#ask(
      { method: 'POST', path: this.#path('decrypt', keyArn), body, signal },
      keyArn,
    );
    if (typeof data.plaintext !== 'string') throw incomplete();
    return { plaintext: ownBytes(data.plaintext), keyArn };
  }

  close(): void {
    // Sockets belong to fetch, which lets idle ones go by itself.
  }

  #path(operation: 'encrypt' | 'decrypt', keyArn: string): string {
    return `${this.#mount}/${operation}/${this.#nameOf(keyArn)}`;
  }

  #nameOf(keyId: string): string {
    const name = keyId.startsWith(this.#arnPrefix) ? keyId.slice(this.#arnPrefix.length) : keyId;
    if (!nameForm.test(name)) throw new Refusal('InvalidKeyId', { keyId });
    return name;
  }

  async #ask(request: VaultRequest, keyArn: string): Promise<VaultReply> {
    const reply = await this.#http.send(request);
    if (reply.status === 200) return reply;
    const fault = vaultFault(reply, keyArn);
    if (isRefusal(fault, 'KeyAccessDenied')) await this.#requireToken(request.signal);
    throw fault;
  }

  /** An expired token is refused everything, in the same words as one without a right. It says nothing of any key. */
  async #requireToken(signal: AbortSignal): Promise<void> {
    const { status } = await this.#http.send({ method: 'GET', path: 'auth/token/lookup-self', signal });
    if (status === 403)
      throw new Outage('KeyServiceCredentials', { hint: 'Its token is not valid, or not any more.' });
  }
}

/** The same bytes for the same pairs; what a key does not use the engine passes over. */
function bound(context: EncryptionContext): { context: string; associated_data: string } {
  const bytes = lengthPrefixed('cryptable vault context 1', ...contextFields(context));
  const text = Buffer.from(bytes).toString('base64');
  return { context: text, associated_data: text };
}

/** In memory of their own, to be wiped. */
function ownBytes(base64: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(base64, 'base64'));
  return bytes.subarray(0, bytes.write(base64, 'base64'));
}

function incomplete(): Outage {
  return new Outage('KeyServiceWrong', { hint: 'A part of its answer is missing.' });
}
