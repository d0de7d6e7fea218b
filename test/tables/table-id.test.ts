import { expect, test } from 'vitest';
import { newTableId } from '../../src/tables/table-id.ts';

test('table ids are UUIDs of version 4, each another', () => {
  const ids = Array.from({ length: 1000 }, newTableId);
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(ids.length);
  // Every other bit is seen both ways.
  for (let at = 0; at < 36; at++) {
    const seen = new Set(ids.map((id) => id[at]));
    expect(seen.size, `character ${at}`).toBe([8, 13, 14, 18, 23].includes(at) ? 1 : at === 19 ? 4 : 16);
  }
});
