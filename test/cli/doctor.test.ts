import { cpSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examinationText, exitCodeFor } from '../../src/cli/doctor.ts';
import { type Examination, open } from '../../src/index.ts';
import { runCommandLine } from '../support/command-line.ts';
import { createTableInput } from '../support/item-load.ts';
import { inProcessCall } from '../support/json-call.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-doctor-'));
const rootKey = join(folder, 'keys', 'root.key');
const data = join(folder, 'data');
const kms = join(folder, 'kms');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  const database = await open(data, { rootKey: { file: rootKey }, keyDirectory: kms });
  await inProcessCall(database)('CreateTable', createTableInput('cities'));
  await database.close();
});

const run = (dir: string, ...more: readonly string[]) =>
  runCommandLine(['doctor', dir, '--root-key', rootKey, '--kms', kms, ...more]);

describe('cryptable doctor', () => {
  test('of a sound store says so and exits with 0', async () => {
    const { code, stdout } = await run(data);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^store +Healthy\ntable cities +Healthy\n\d+ pages opened\n$/),
    });
  });

  test('of a store put back names it, says what was expected and what to do, and exits with 1 (R-INT-4)', async () => {
    const old = join(folder, 'old');
    cpSync(data, old, { recursive: true });
    const database = await open(data, { rootKey: { file: rootKey }, keyDirectory: kms });
    await inProcessCall(database)('CreateTable', createTableInput('rivers'));
    await database.close();
    const { code, stdout } = await run(old);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^store +RolledBack\nRolledBack: .*Expected version \d+ .*\n {2}.*--accept-rollback\.\n/,
    );
  });

  test('of what cannot be opened names the reason and exits with 2', async () => {
    expect(await run(join(folder, 'nothing'))).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/^store +StoreMissing\n/),
    });
  });

  test('with --json prints one object', async () => {
    const cut = join(folder, 'cut');
    cpSync(data, cut, { recursive: true });
    truncateSync(join(cut, 'store.sqlite'), 3 * 8192);
    const { code, stdout } = await run(cut, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ store: 'Truncated', findings: [{ diagnosis: 'Truncated' }] });
  });
});

describe('what the doctor says', () => {
  const finding = (table: string, page: number) => ({
    diagnosis: 'PageTampered' as const,
    table,
    detail: `tree 2, page ${page}: does not open`,
    advice: 'Look after it.',
  });
  const found: Examination = {
    store: 'Healthy',
    tables: [
      { table: 'a', diagnosis: 'PageTampered' },
      { table: 'bees', diagnosis: 'Healthy' },
    ],
    findings: Array.from({ length: 7 }, (_, page) => finding('a', page)),
    pages: 3,
  };

  test('is a line for each table, the first faults of each, and what to do once', () => {
    expect(examinationText(found)).toBe(
      [
        'store       Healthy',
        'table a     PageTampered',
        'table bees  Healthy',
        ...[0, 1, 2, 3, 4].map((page) => `PageTampered: table a, tree 2, page ${page}: does not open`),
        '… and 2 more',
        '  Look after it.',
        '3 pages opened',
        '',
      ].join('\n'),
    );
  });

  test.each([
    ['Healthy', [], 0],
    ['Healthy', found.findings, 1],
    ['RolledBack', found.findings, 1],
    ['StoreLocked', found.findings, 2],
    ['RootKeyWrong', found.findings, 2],
  ] as const)('%s with %j ends with exit code %i', (store, findings, code) => {
    expect(exitCodeFor({ store, findings })).toBe(code);
  });
});
