/** Reads the published vectors below test/vectors. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'vectors');

function unpacked(path: string): string {
  return gunzipSync(readFileSync(join(folder, path))).toString();
}

export interface NistGcmCase {
  readonly name: string;
  readonly key: Buffer;
  readonly nonce: Buffer;
  readonly aad: Buffer;
  readonly plain: Buffer;
  readonly ciphertext: Buffer;
  /** 4 to 16 bytes. */
  readonly tag: Buffer;
  /** True where the tag is said not to belong to the ciphertext. */
  readonly fails: boolean;
}

/** A CAVP response file: a block of `name = hex` lines a case, blocks of `[name = number]` between. */
export function nistGcmCases(path: string): NistGcmCase[] {
  const blocks = unpacked(path).split(/\n\n+/);
  return blocks
    .filter((block) => block.startsWith('Count'))
    .map((block, index) => {
      const fields = new Map(
        block.split('\n').map((line) => line.split(' = ') as [string, string | undefined]),
      );
      const hex = (name: string) => Buffer.from(fields.get(name)?.trim() ?? '', 'hex');
      return {
        name: `case ${index}`,
        key: hex('Key'),
        nonce: hex('IV'),
        aad: hex('AAD'),
        plain: hex('PT'),
        ciphertext: hex('CT'),
        tag: hex('Tag'),
        fails: fields.has('FAIL'),
      };
    });
}

export interface WycheproofFile<G> {
  readonly numberOfTests: number;
  readonly testGroups: readonly G[];
}

export interface WycheproofGcmGroup {
  readonly ivSize: number;
  readonly keySize: number;
  readonly tests: readonly {
    readonly tcId: number;
    readonly key: string;
    readonly iv: string;
    readonly aad: string;
    readonly msg: string;
    readonly ct: string;
    readonly tag: string;
    readonly result: 'valid' | 'invalid' | 'acceptable';
  }[];
}

export interface WycheproofHkdfGroup {
  readonly tests: readonly {
    readonly tcId: number;
    readonly ikm: string;
    readonly salt: string;
    readonly info: string;
    readonly size: number;
    readonly okm: string;
    readonly result: 'valid' | 'invalid';
  }[];
}

export function wycheproof<G>(path: string): WycheproofFile<G> {
  return JSON.parse(unpacked(path)) as WycheproofFile<G>;
}
