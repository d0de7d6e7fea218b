import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { isAsShipped, manifestFile } from '../../src/crypto/addon-manifest.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const name = 'linux-x64/cryptable.node';
const binary = Buffer.from('a binary');
const hash = createHash('sha256').update(binary).digest('hex');

function folderWith(manifest: string | undefined, bytes: Uint8Array = binary): string {
  const folder = mkdtempSync(join(tmpdir(), 'cryptable-manifest-'));
  folders.push(folder);
  mkdirSync(join(folder, 'linux-x64'));
  writeFileSync(join(folder, name), bytes);
  if (manifest !== undefined) writeFileSync(join(folder, manifestFile), manifest);
  return folder;
}

describe('a shipped binary', () => {
  test('is what was shipped where its hash is on the list', () => {
    expect(isAsShipped(folderWith(JSON.stringify({ [name]: hash })), name)).toBe(true);
  });

  const wrong: [string, string | undefined, Uint8Array?][] = [
    ['one bit is changed', JSON.stringify({ [name]: hash }), Buffer.from('a binarx')],
    ['its end is cut off', JSON.stringify({ [name]: hash }), binary.subarray(0, -1)],
    ['it is empty', JSON.stringify({ [name]: hash }), new Uint8Array(0)],
    ['the list has another hash', JSON.stringify({ [name]: hash.replace(/^./, 'g') })],
    ['the list does not know it', JSON.stringify({ 'linux-arm64/cryptable.node': hash })],
    ['the list is empty', '{}'],
    ['the list is null', 'null'],
    ['the list is not JSON', `{"${name}":`],
    ['there is no list', undefined],
  ];
  for (const [what, manifest, bytes] of wrong) {
    test(`is not where ${what}`, () => {
      expect(isAsShipped(folderWith(manifest, bytes), name)).toBe(false);
    });
  }
});
