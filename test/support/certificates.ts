/** X.509 certificates made in a test: an authority, and whoever it signs for; written in DER by hand (RFC 5280), as Node only reads them. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface Signed {
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
}

export interface SignedFor {
  /** DNS names; the first is the subject's too. */
  readonly names: readonly string[];
  /** Seconds from now. */
  readonly fromSeconds?: number;
  readonly toSeconds?: number;
}

const tags = {
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
};
const oids = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  basicConstraints: '551d13',
  alternativeNames: '551d11',
};

export class TestAuthority {
  readonly certificate: string;
  readonly #name: string;
  readonly #key: KeyObject;

  constructor(name = 'test authority') {
    this.#name = name;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#key = privateKey;
    const isAuthority = extension(oids.basicConstraints, sequence(Buffer.from('0101ff', 'hex')));
    this.certificate = this.#signed({ names: [name] }, publicKey, isAuthority);
  }

  sign(wanted: SignedFor): Signed {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const names = wanted.names.map((name) => der(0x82, Buffer.from(name)));
    const certificate = this.#signed(wanted, publicKey, extension(oids.alternativeNames, sequence(...names)));
    return { certificate, key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
  }

  #signed(
    { names: [subject = ''], fromSeconds = -60, toSeconds = 3600 }: SignedFor,
    key: KeyObject,
    more: Buffer,
  ): string {
    const algorithm = sequence(oid(oids.ecdsaWithSha256));
    const body = sequence(
      der(0xa0, der(tags.integer, Buffer.of(2))),
      der(tags.integer, Buffer.concat([Buffer.of(1), randomBytes(8)])),
      algorithm,
      named(this.#name),
      sequence(time(fromSeconds), time(toSeconds)),
      named(subject),
      key.export({ format: 'der', type: 'spki' }),
      der(0xa3, sequence(more)),
    );
    const signature = sign('sha256', body, this.#key);
    return pem(sequence(body, algorithm, der(tags.bits, Buffer.concat([Buffer.of(0), signature]))));
  }
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head = length < 128 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(tags.sequence, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
  return der(tags.oid, Buffer.from(hex, 'hex'));
}

function named(name: string): Buffer {
  return sequence(der(tags.set, sequence(oid(oids.commonName), der(tags.utf8, Buffer.from(name)))));
}

/** None of them is critical: whoever reads them knows them. */
function extension(id: string, content: Buffer): Buffer {
  return sequence(oid(id), der(tags.octets, content));
}

function time(seconds: number): Buffer {
  const text = new Date(Date.now() + seconds * 1000).toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(tags.time, Buffer.from(text));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
