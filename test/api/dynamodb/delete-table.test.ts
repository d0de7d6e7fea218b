import { expect, test } from 'vitest';
import { apiWithTables, arnOf, modes, noTable, S } from './support.ts';

for (const mode of modes) {
  for (const TableName of ['notes', arnOf('notes')]) {
    test(`DeleteTable takes a table away: ${TableName}, tables ${mode}`, async () => {
      const api = await apiWithTables(mode);
      const { TableDescription: told } = await api.call('DeleteTable', { TableName });
      expect(told).toMatchObject({ TableName: 'notes', TableStatus: 'DELETING', TableArn: arnOf('notes') });
      for (const gone of ['AttributeDefinitions', 'KeySchema', 'CreationDateTime']) {
        expect(told).not.toHaveProperty(gone);
      }
      expect(await api.refusal('GetItem', { TableName, Key: { pk: S('a') } })).toBe(noTable);
    });
  }

  test(`DeleteTable refuses a table that is not there, by name, tables ${mode}`, async () => {
    const api = await apiWithTables(mode);
    expect(await api.refusal('DeleteTable', { TableName: 'gone' })).toBe(
      'TableNotFound: Requested resource not found: Table: gone not found',
    );
  });

  test(`DeleteTable refuses a protected table, until it is protected no more, tables ${mode}`, async () => {
    const api = await apiWithTables(mode);
    const TableName = 'notes';
    await api.call('UpdateTable', { TableName, DeletionProtectionEnabled: true });
    expect(await api.refusal('DeleteTable', { TableName })).toBe(
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
    await api.call('UpdateTable', { TableName, DeletionProtectionEnabled: false });
    expect(await api.refusal('DeleteTable', { TableName })).toBe('answered');
  });
}
