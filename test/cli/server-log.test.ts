import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { serverLog } from '../../src/cli/server-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lineOf(fields: object, worker?: number) {
  const path = join(folder, 'log');
  const fd = openSync(path, 'w');
  serverLog({ level: 'info', fd, ...(worker === undefined ? {} : { worker }) }).warn(
    fields,
    'Something failed.',
  );
  closeSync(fd);
  return JSON.parse(readFileSync(path, 'utf8'));
}

test('an error is told by its name, code, place and causes, without what hangs on it', () => {
  const cause = Object.assign(new Error('no space'), { code: 'ENOSPC', secret: 'hush' });
  const line = lineOf({ fault: new TypeError('not kept', { cause }), cause: 'disabled' });
  expect(line).toMatchObject({ msg: 'Something failed.', level: 40, cause: 'disabled' });
  expect(line.fault).toMatchObject({ name: 'TypeError', cause: { name: 'Error', code: 'ENOSPC' } });
  expect(line.fault.stack).toMatch(/^TypeError: not kept\n/);
  expect(line.fault.cause.stack).toMatch(/^Error: no space\n/);
  expect(JSON.stringify(line)).not.toContain('hush');
  const place = { tree: 1, record: 'head' } as const;
  expect(lineOf({ fault: new IntegrityFault(place) }).fault).toMatchObject({ name: 'IntegrityFault', place });
});

test('causes that lead in a circle end', () => {
  const fault = new Error('outer');
  fault.cause = fault;
  expect(lineOf({ fault }).fault.cause.cause.cause.cause.cause).toBeUndefined();
});

test('a worker says which one it is, and nothing is added otherwise', () => {
  expect(lineOf({}, 7)).toMatchObject({ worker: 7 });
  expect(Object.keys(lineOf({})).sort()).toEqual(['level', 'msg', 'time']);
});
