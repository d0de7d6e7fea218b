/**
 * A transit engine that answers as Vault's does: its paths, statuses, sentences and ciphers, over HTTP. Written after the API
 * documentation of transit and the sentences in Vault's source.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface FakeKey {
  readonly type: string;
  readonly derived: boolean;
  /** By version, from 1. */
  readonly versions: Buffer[];
  minDecryptionVersion: number;
  softDeleted: boolean;
}

interface Reply {
  readonly status: number;
  readonly body: object;
}

type Body = Readonly<Record<string, string>>;

const failing = (status: number, ...errors: string[]): Reply => ({ status, body: { errors } });
const answering = (data: object): Reply => ({ status: 200, body: { request_id: 'r', lease_id: '', data } });
const deniedReply = failing(403, '1 error occurred:\n\t* permission denied\n\n');

export class FakeVault {
  readonly keys = new Map<string, FakeKey>();
  /** Each with the paths it may use; `*` at the end stands for anything. */
  readonly tokens = new Map<string, readonly string[]>();
  namespace: string | undefined;
  isSealed = false;
  readonly mount = 'transit';
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async open(): Promise<FakeVault> {
    const vault = new FakeVault();
    await new Promise<void>((resolve) => vault.#server.listen(0, '127.0.0.1', resolve));
    return vault;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  createKey(name: string, { type = 'aes256-gcm96', derived = false } = {}): FakeKey {
    const key = { type, derived, versions: [randomBytes(32)], minDecryptionVersion: 1, softDeleted: false };
    this.keys.set(name, key);
    return key;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Uint8Array[] = [];
    for await (const part of request) parts.push(part);
    const text = Buffer.concat(parts).toString();
    const { status, body } = this.#reply(request, text === '' ? {} : JSON.parse(text));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }

  #reply({ url = '', method = '', headers }: IncomingMessage, body: Body): Reply {
    if (this.isSealed) return failing(503, 'Vault is sealed');
    const path = url.replace(/^\/v1\//, '');
    const token = String(headers['x-vault-token'] ?? '');
    if (this.namespace !== undefined && headers['x-vault-namespace'] !== this.namespace) return deniedReply;
    const allowed = this.tokens.get(token);
    if (allowed === undefined) {
      return failing(403, '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n');
    }
    if (path === 'auth/token/lookup-self') return answering({ id: token });
    const isAllowed = allowed.some((rule) =>
      rule.endsWith('*') ? path.startsWith(rule.slice(0, -1)) : path === rule,
    );
    if (!isAllowed) return deniedReply;
    if (!path.startsWith(`${this.mount}/`)) {
      return failing(404, `no handler for route "${path}". route entry not found.`);
    }
    const [operation, name = ''] = path.slice(this.mount.length + 1).split('/');
    if (operation === 'keys' && method === 'GET') return this.#read(name);
    if (operation === 'encrypt') return this.#encrypt(name, body);
    if (operation === 'decrypt') return this.#decrypt(name, body);
    return failing(404, `no handler for route "${path}". route entry not found.`);
  }

  #read(name: string): Reply {
    const key = this.keys.get(name);
    if (key === undefined) return { status: 404, body: { errors: [] } };
    const { type, derived, versions, minDecryptionVersion, softDeleted } = key;
    return answering({
      name,
      type,
      derived,
      latest_version: versions.length,
      min_decryption_version: minDecryptionVersion,
      min_encryption_version: 0,
      deletion_allowed: false,
      ...(softDeleted ? { soft_deleted: true } : {}),
    });
  }

  /** A key that is not there is made, where the token may create: so Vault does. */
  #encrypt(name: string, body: Body): Reply {
    const key = this.keys.get(name) ?? this.createKey(name);
    const version = key.versions.length;
    const material = this.#material(key, version, body);
    if (!Buffer.isBuffer(material)) return material;
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', material, nonce);
    cipher.setAAD(Buffer.from(body.associated_data ?? '', 'base64'));
    const sealed = [
      nonce,
      cipher.update(body.plaintext ?? '', 'base64'),
      cipher.final(),
      cipher.getAuthTag(),
    ];
    const ciphertext = `vault:v${version}:${Buffer.concat(sealed).toString('base64')}`;
    return answering({ ciphertext, key_version: version });
  }

  #decrypt(name: string, body: Body): Reply {
    const key = this.keys.get(name);
    if (key === undefined) return failing(400, 'encryption key not found');
    const [, digits, text = ''] = /^vault:v(\d+):(.*)$/.exec(body.ciphertext ?? '') ?? [];
    if (digits === undefined) return failing(400, 'invalid ciphertext: no prefix');
    const version = Number(digits);
    const disallowed = 'ciphertext or signature version is disallowed by policy';
    if (version > key.versions.length) return failing(400, `${disallowed} (too new)`);
    if (version < key.minDecryptionVersion) return failing(400, `${disallowed} (too old)`);
    const material = this.#material(key, version, body);
    if (!Buffer.isBuffer(material)) return material;
    try {
      const bytes = Buffer.from(text, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', material, bytes.subarray(0, 12));
      decipher.setAAD(Buffer.from(body.associated_data ?? '', 'base64'));
      decipher.setAuthTag(bytes.subarray(-16));
      const plain = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
      return answering({ plaintext: plain.toString('base64') });
    } catch {
      return failing(400, 'cipher: message authentication failed');
    }
  }

  #material({ versions, derived, softDeleted }: FakeKey, version: number, body: Body): Buffer | Reply {
    if (softDeleted) return failing(400, 'key is soft deleted and cannot be used');
    const material = versions[version - 1] ?? Buffer.alloc(0);
    if (!derived) return material;
    const context = Buffer.from(body.context ?? '', 'base64');
    if (context.length === 0) {
      return failing(
        400,
        "missing 'context' for key derivation; the key was created using a derived key, " +
          'which means additional, per-request information must be included in order to perform operations with the key',
      );
    }
    return Buffer.from(hkdfSync('sha256', material, new Uint8Array(0), context, 32));
  }
}
