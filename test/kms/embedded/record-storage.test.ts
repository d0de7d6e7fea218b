import { expect, test } from 'vitest';
import { MemoryRecordStorage } from '../../../src/kms/embedded/record-storage.ts';

test('records are what was put last, without those deleted', async () => {
  const storage = new MemoryRecordStorage();
  await storage.commit({
    puts: [
      { id: 'a', body: Uint8Array.of(1) },
      { id: 'b', body: Uint8Array.of(2) },
    ],
    deletes: [],
  });
  await storage.commit({ puts: [{ id: 'b', body: Uint8Array.of(3) }], deletes: ['a', 'none'] });
  expect(await storage.load()).toEqual([{ id: 'b', body: Uint8Array.of(3) }]);
});

test('bytes changed outside do not change a record', async () => {
  const storage = new MemoryRecordStorage();
  const body = Uint8Array.of(1);
  await storage.commit({ puts: [{ id: 'a', body }], deletes: [] });
  body[0] = 2;
  const [read] = await storage.load();
  read?.body.fill(3);
  expect(await storage.load()).toEqual([{ id: 'a', body: Uint8Array.of(1) }]);
});
