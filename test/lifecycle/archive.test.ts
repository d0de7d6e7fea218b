import { describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import { Archive, archiveName } from '../../src/lifecycle/archive.ts';
import { definitionOf } from '../support/open-tables.ts';
import { recordOf } from '../tables/support.ts';

const record = recordOf(definitionOf('Books'));

function archiveWith(found?: string) {
  const steps: string[] = [];
  const archive = new Archive({
    backups: {
      findOf: (id, name) => {
        steps.push(`find ${name} of ${id === record.id}`);
        return found === undefined ? undefined : { arn: found };
      },
      make: async ({ tableId, name, type }) => {
        steps.push(`make ${type} ${name} of ${tableId === record.id}`);
        return { arn: 'made' };
      },
    },
    lifecycle: {
      archived: async (id, arn) => {
        steps.push(`archived ${id === record.id}: ${arn}`);
      },
    },
  });
  return { archive, steps };
}

describe('archiving', () => {
  test('makes a backup, and only then gives the data up', async () => {
    const { archive, steps } = archiveWith();
    await archive.archive(record);
    expect(steps).toEqual([
      'find Books-archived of true',
      'make USER Books-archived of true',
      'archived true: made',
    ]);
  });

  test('takes the backup that it has made before', async () => {
    const { archive, steps } = archiveWith('there');
    await archive.archive(record);
    expect(steps).toEqual(['find Books-archived of true', 'archived true: there']);
  });

  test('gives nothing up where the backup cannot be made', async () => {
    const backups = { findOf: () => undefined, make: () => Promise.reject(new Outage('StoreFull')) };
    const archived = () => Promise.reject(new Error('too early'));
    await expect(new Archive({ backups, lifecycle: { archived } }).archive(record)).rejects.toThrow(Outage);
  });
});

test('the name of the backup is one that a backup may have, whatever the table is called', () => {
  for (const table of ['abc', 'a.b-c_D', 'x'.repeat(255)]) {
    expect(archiveName(table)).toMatch(/^[a-zA-Z0-9_.-]{3,255}$/);
    expect(archiveName(table)).toMatch(/-archived$/);
  }
});
