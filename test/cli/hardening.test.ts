import { Command } from 'commander';
import { expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { harden, withHardeningOption } from '../../src/cli/hardening.ts';

function heard() {
  const lines: string[] = [];
  return { lines, log: { ...silentLog, warn: (_: object, line: string) => void lines.push(line) } };
}

test('R-MEM-5: a server is hardened unless it is told otherwise', () => {
  const { lines, log } = heard();
  let acts = 0;
  const act = () => {
    acts++;
    return true;
  };
  harden({}, log, act);
  expect(acts).toBe(1);
  const command = withHardeningOption(new Command('serve')).parse(['--allow-core-dumps'], { from: 'user' });
  harden(command.opts(), log, act);
  expect(acts).toBe(1);
  expect(lines).toEqual([]);
});

test('what cannot be done is said', () => {
  const { lines, log } = heard();
  harden({}, log, () => false);
  expect(lines).toEqual([expect.stringContaining('can see the memory')]);
});
