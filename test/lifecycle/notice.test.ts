import { describe, expect, test } from 'vitest';
import { keyLossCauses } from '../../src/keys/key-loss.ts';
import { noticeOf } from '../../src/lifecycle/notice.ts';
import { noticeKinds, type OwedNotice } from '../../src/tables/owed-notice.ts';
import { archiveAtMs, owed, owing } from './notices.ts';

const tableArn = 'arn:aws:dynamodb:us-east-1:111122223333:table/Books';
const backupArn = `${tableArn}/backup/01767225600000-0a1b2c3d`;
const { archiveAtMs: _, cause: __, ...bare } = owed;

const cases: Readonly<Record<OwedNotice['kind'], OwedNotice>> = {
  keyLost: owed,
  archiveNear: { ...owed, kind: 'archiveNear', atMs: archiveAtMs - 86_400_000 },
  archived: { ...bare, kind: 'archived', cause: 'deleted', atMs: archiveAtMs, backupArn },
  keyBack: { ...bare, kind: 'keyBack', atMs: owed.atMs + 60_000 },
};

describe('a notice', () => {
  test('of a lost key says which table, where, under which key, since when, what will happen when, and what to do', () => {
    expect(noticeOf(owing, owed)).toEqual({
      id: owed.id,
      subject: 'Table Books in us-east-1: inaccessible, as its KMS key is disabled',
      text:
        'Table Books in us-east-1: inaccessible, as its KMS key is disabled.\n\n' +
        `Table: ${tableArn}\n` +
        'Region: us-east-1\n' +
        'Account: 111122223333\n' +
        'KMS key: arn:aws:kms:us-east-1:111122223333:key/k\n' +
        'Inaccessible since: 2026-11-30T13:05:04Z\n\n' +
        'What happens: Nobody can read or write the table. At 2026-12-07T13:05:04Z an on-demand backup is made of it, ' +
        'which is billed, and the table is archived.\n' +
        'What to do: Enable the key (EnableKey). Or delete the table (DeleteTable).\n',
      event: {
        version: '0',
        id: owed.id,
        'detail-type': 'Table Encryption Key Inaccessible',
        source: 'cryptable.dynamodb',
        account: '111122223333',
        time: '2026-11-30T13:05:04Z',
        region: 'us-east-1',
        resources: [tableArn, owed.keyArn],
        detail: {
          'table-name': 'Books',
          'table-arn': tableArn,
          'table-id': owing.id,
          'key-arn': owed.keyArn,
          cause: 'disabled',
          'inaccessible-since': '2026-11-30T13:05:04Z',
          'archive-at': '2026-12-07T13:05:04Z',
          'what-happens': expect.stringContaining('At 2026-12-07T13:05:04Z an on-demand backup is made'),
          'what-to-do': 'Enable the key (EnableKey). Or delete the table (DeleteTable).',
        },
      },
    });
  });

  for (const kind of noticeKinds) {
    test(`of the kind ${kind} has all of it, as a mail and as an event`, () => {
      const { subject, text, event } = noticeOf(owing, cases[kind]);
      for (const fact of [
        'Books',
        'us-east-1',
        owed.keyArn,
        '2026-11-30T13:05:04Z',
        'What happens: ',
        'What to do: ',
      ]) {
        expect(text).toContain(fact);
      }
      expect(text.startsWith(subject)).toBe(true);
      expect(event.resources).toEqual([tableArn, owed.keyArn]);
      for (const value of Object.values(event.detail)) expect(value).not.toMatch(/undefined|^$/);
    });
  }

  test('of an archived table says where its data is and how it is had back', () => {
    const { text, event } = noticeOf(owing, cases.archived);
    expect(text).toContain(backupArn);
    expect(text).toContain('RestoreTableFromBackup');
    expect(event.detail).toMatchObject({ 'backup-arn': backupArn, cause: 'deleted' });
    expect(event['detail-type']).toBe('Table Archived');
  });

  test('of a key that is to be deleted says when, and what is lost then', () => {
    const keyDeletionMs = archiveAtMs + 86_400_000;
    for (const kind of ['keyLost', 'archiveNear', 'archived'] as const) {
      const dying = { ...cases[kind], cause: 'pendingDeletion', keyDeletionMs } as const;
      const { text, event } = noticeOf(owing, dying);
      expect(text).toContain('KMS key is deleted: 2026-12-08T13:05:04Z\n');
      expect(text).toContain(
        ' At 2026-12-08T13:05:04Z the key itself is deleted: from then on nobody can ever read the data again.\n',
      );
      expect(text).toContain('Cancel the deletion (CancelKeyDeletion)');
      expect(event.detail['key-deletion-at']).toBe('2026-12-08T13:05:04Z');
      expect(noticeOf(owing, cases[kind]).event.detail).not.toHaveProperty('key-deletion-at');
    }
  });

  test('of a key that is back blames nothing any more', () => {
    const { subject, event } = noticeOf(owing, cases.keyBack);
    expect(subject).toBe('Table Books in us-east-1: accessible again');
    expect(event.detail).not.toHaveProperty('cause');
    expect(event.detail).not.toHaveProperty('archive-at');
  });

  test('has a cure of its own for each cause', () => {
    const cures = keyLossCauses.map(
      (cause) => noticeOf(owing, { ...owed, cause }).event.detail['what-to-do'],
    );
    expect(new Set(cures).size).toBe(keyLossCauses.length);
    const subjects = keyLossCauses.map((cause) => noticeOf(owing, { ...owed, cause }).subject);
    expect(new Set(subjects).size).toBe(keyLossCauses.length);
  });

  test('of a loss that an earlier version noticed needs no cause and no date', () => {
    const { text } = noticeOf(owing, bare);
    expect(text).toContain('cannot be used');
    expect(text).toContain('After seven days an on-demand backup');
  });
});
