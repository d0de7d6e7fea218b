import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { plantCanary, scanFolder } from '../../src/lab/clear-text-scan.ts';
import { forms, NeedleIndex } from '../../src/lab/needles.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-scan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fresh(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

describe('the scan for clear text', () => {
  const texts = ['Reykjavík', 'Ouagadougou', 'cities-of-the-world'];
  const index = new NeedleIndex(texts);

  for (const text of texts) {
    test(`finds ${text} in every form in which it was planted`, () => {
      const path = fresh(`planted-${text}`);
      const planted = plantCanary(join(path, 'control'), text);
      const { hits, hitCount } = scanFolder(path, index);
      expect(new Set(planted)).toEqual(new Set(forms));
      expect(new Set(hits.map(({ form }) => form))).toEqual(new Set(forms));
      expect(hits.every((hit) => hit.text === text)).toBe(true);
      expect(hitCount).toBe(forms.length);
    });
  }

  test('finds nothing in random bytes, and counts each file and byte, also in folders below', () => {
    const path = fresh('random');
    mkdirSync(join(path, 'deeper'));
    writeFileSync(join(path, 'a'), randomBytes(100_003));
    writeFileSync(join(path, 'deeper', 'b'), randomBytes(7));
    writeFileSync(join(path, 'deeper', 'empty'), '');
    expect(scanFolder(path, index)).toEqual({ fileCount: 3, bytes: 100_010, hitCount: 0, hits: [] });
  });

  const chunk = 16 * 1024 * 1024;
  // The buffer holds one chunk and one needle less a byte: the ends of both are where a needle could be missed or doubled.
  const edge = chunk + index.longestBytes - 1;
  const offsets = [
    0,
    1,
    chunk - 5,
    chunk,
    edge - 11,
    edge - 10,
    edge - 5,
    edge,
    2 * chunk - 5,
    2 * chunk + 20,
  ];
  test('finds a text once, wherever it lies across the borders of reading', () => {
    const path = fresh('borders');
    for (const offset of offsets) {
      const bytes = Buffer.alloc(offset + 11);
      bytes.write('Ouagadougou', offset);
      writeFileSync(join(path, 'file'), bytes);
      const { hits, hitCount } = scanFolder(path, index);
      expect({ offset, found: hits.map((hit) => hit.offset), hitCount }).toEqual({
        offset,
        found: [offset],
        hitCount: 1,
      });
    }
  });

  test('a text that is one byte short, or differs in its last byte, is no hit', () => {
    const path = fresh('near');
    writeFileSync(join(path, 'short'), 'Ouagadougo');
    writeFileSync(join(path, 'other'), 'Ouagadougo_');
    expect(scanFolder(path, index).hitCount).toBe(0);
  });

  test('a text too short to be told from chance is refused', () => {
    expect(() => new NeedleIndex(['Paris'])).toThrow(RangeError);
  });
});
