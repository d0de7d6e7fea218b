import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CommandFault } from '../../src/cli/exit-code.ts';
import { contextOf, explanationText, principalsText } from '../../src/cli/iam.ts';
import { open } from '../../src/index.ts';
import { runCommandLine } from '../support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-iam-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const account = '111122223333';
const ada = `arn:aws:iam::${account}:user/ada`;
const own = { Statement: [{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: '*' }] };
const file = { accounts: { [account]: { users: { ada: { policies: { own } } } } } };

test('an explanation names each statement, and what is missing', () => {
  const text = explanationText({
    allowed: false,
    message: 'User: a is not authorized',
    statements: [
      { source: 'identity', policy: 'own', statement: 'Reading', effect: 'Allow', mismatch: 'condition' },
      { source: 'resource', policy: 'of the table', statement: '2', effect: 'Deny' },
    ],
    missingContext: ['aws:SourceIp', 'aws:RequestTag/a'],
  });
  expect(text.split('\n')).toEqual([
    'DENIED   User: a is not authorized',
    '',
    expect.stringMatching(/^EFFECT +POLICY OF +POLICY +STATEMENT +HERE$/),
    expect.stringMatching(/^Allow +identity +own +Reading +another condition$/),
    expect.stringMatching(/^Deny +resource +of the table +2 +applies$/),
    '',
    'Not said, and asked for by conditions (--context): aws:SourceIp, aws:RequestTag/a',
    '',
  ]);
  expect(explanationText({ allowed: true, statements: [], missingContext: [] })).toBe('ALLOWED\n');
});

test('a list says what to do where it is empty', () => {
  expect(principalsText([])).toMatch(/^There are no users or roles: /);
  expect(principalsText([{ arn: ada, policies: ['own', 'b'], accessKeys: [] }])).toMatch(
    /\narn:aws:iam::111122223333:user\/ada +own b +- +-\n$/,
  );
});

test('context is keys with their values', () => {
  expect(contextOf(['a:b=1', 'a:b=2=3', 'c:d='])).toEqual({ 'a:b': ['1', '2=3'], 'c:d': [''] });
  for (const pair of ['a:b', '=1']) expect(() => contextOf([pair])).toThrow(CommandFault);
});

describe('cryptable iam', () => {
  test('explains a decision of a store and its file, and its exit code says which', async () => {
    const data = join(folder, 'data');
    const rootKey = join(folder, 'root.key');
    const iam = join(folder, 'iam.json');
    writeFileSync(iam, JSON.stringify(file));
    await (await open(data, { rootKey: { file: rootKey }, account })).close();
    const ask = (command: string, ...more: string[]) =>
      runCommandLine(['iam', command, '--data', data, '--root-key', rootKey, '--iam', iam, ...more]);
    const check = (action: string, principal = ada) =>
      ask('check', '--principal', principal, '--action', action, '--resource', '*');
    const allowed = await check('dynamodb:GetItem');
    expect(allowed).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^ALLOWED\n/) });
    const denied = await check('dynamodb:PutItem');
    expect(denied).toMatchObject({ code: 1, stderr: '' });
    expect(denied.stdout).toMatch(/^DENIED {3}User: arn:aws:iam::111122223333:user\/ada is not authorized/);
    const unknown = await check('dynamodb:GetItem', `${ada}x`);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    const nameless = await check('GetItem');
    expect(nameless).toMatchObject({ code: 2, stdout: '' });
    expect(nameless.stderr).toContain('It takes a service and an operation, as dynamodb:GetItem.');
    const list = await ask('list', '--json');
    expect(JSON.parse(list.stdout)).toEqual([{ arn: ada, policies: ['own'], accessKeys: [] }]);
    writeFileSync(iam, '{"account":{}}');
    const wrong = await ask('list');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('The file of identities breaks the rule that it has no member account');
  }, 60_000);
});
