import { describe, expect, test } from 'vitest';
import { Directory } from '../../src/iam/directory.ts';
import type { AccessKey, ManagedPolicy } from '../../src/iam/entity.ts';
import { account, allowing, identities, userNamed } from '../support/identities.ts';
import { refusalOf } from '../support/refusal.ts';

const keyNamed = (id: string, user: string | undefined, createdMs = 0): AccessKey => ({
  ...{ kind: 'access-key', id, secret: 's', account, active: true, createdMs },
  ...(user === undefined ? {} : { user }),
});
const policyNamed = (name: string, path = '/'): ManagedPolicy => ({
  ...{ kind: 'policy', account, name, path, id: 'ANPA', createdMs: 0, tags: [], description: '' },
  text: allowing('dynamodb:*'),
});

describe('a directory', () => {
  test('finds what a change put, in any case, and forgets what it deleted', async () => {
    const { directory } = identities();
    const ada = userNamed('Ada');
    expect(await directory.change(() => ({ puts: [ada, keyNamed('K', 'Ada')], answer: 7 }))).toBe(7);
    expect(directory.user(account, 'aDA')).toEqual(ada);
    expect(directory.user('999999999999', 'Ada')).toBeUndefined();
    expect(directory.role(account, 'Ada')).toBeUndefined();
    expect(directory.accessKey('K')?.user).toBe('Ada');
    await directory.change(() => ({ deletes: [ada], answer: undefined }));
    expect(directory.user(account, 'Ada')).toBeUndefined();
    expect(directory.users(account)).toEqual([]);
  });

  test('knows the accounts that have anybody or anything here', async () => {
    const { directory } = identities();
    expect(directory.hasAccount(account)).toBe(false);
    await directory.change(() => ({ puts: [keyNamed('K', undefined)], answer: 0 }));
    expect([directory.hasAccount(account), directory.hasAccount('999999999999')]).toEqual([true, false]);
  });

  test('finds a policy by its whole ARN, path and all', async () => {
    const { directory } = identities();
    await directory.change(() => ({ puts: [policyNamed('P', '/team/')], answer: 0 }));
    expect(directory.policy(`arn:aws:iam::${account}:policy/team/P`)?.name).toBe('P');
    expect(directory.policy(`arn:aws:iam::${account}:policy/P`)).toBeUndefined();
    expect(directory.policy(`arn:aws:iam::${account}:policy/other/P`)).toBeUndefined();
    expect(directory.policy('arn:aws:iam::aws:policy/AdministratorAccess')?.account).toBe('aws');
    expect(directory.policies(account).filter((policy) => policy.account === account)).toHaveLength(1);
  });

  test('tells keys in the order they were made, and of root apart from those of users', async () => {
    const { directory } = identities();
    const keys = [keyNamed('B', 'ada', 2), keyNamed('A', 'ADA', 1), keyNamed('R', undefined)];
    expect(directory.hasCallers).toBe(false);
    await directory.change(() => ({ puts: [userNamed('ada'), ...keys], answer: 0 }));
    expect(directory.hasCallers).toBe(true);
    expect(directory.accessKeys(account, 'Ada').map(({ id }) => id)).toEqual(['A', 'B']);
    expect(directory.accessKeys(account, undefined).map(({ id }) => id)).toEqual(['R']);
  });

  test('knows who has a policy, attached or as a boundary', async () => {
    const { directory } = identities();
    const arn = `arn:aws:iam::${account}:policy/P`;
    const puts = [userNamed('a', { attached: [arn] }), userNamed('b', { boundary: arn }), userNamed('c')];
    await directory.change(() => ({ puts, answer: 0 }));
    expect(directory.holdersOf(arn).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('makes one change after another: the second sees what the first did', async () => {
    const { directory } = identities();
    const name = (wanted: string) =>
      directory.change(() => {
        const isFree = directory.user(account, wanted) === undefined;
        return isFree ? { puts: [userNamed(wanted)], answer: true } : { answer: false };
      });
    expect(await Promise.all([name('x'), name('X'), name('y')])).toEqual([true, false, true]);
  });

  test('is as it was where a change is refused or cannot be kept, and goes on', async () => {
    const { directory, records } = identities();
    await directory.change(() => ({ puts: [userNamed('a')], answer: 0 }));
    const { version } = directory;
    await expect(
      directory.change(() => {
        throw new Error('refused');
      }),
    ).rejects.toThrow('refused');
    records.fails = true;
    await expect(directory.change(() => ({ puts: [userNamed('b')], answer: 0 }))).rejects.toThrow('disk');
    records.fails = false;
    expect([directory.user(account, 'b'), directory.version]).toEqual([undefined, version]);
    await directory.change(() => ({ puts: [userNamed('b')], answer: 0 }));
    expect(directory.version).toBe(version + 1);
  });

  test('tells of each change when it is made, and of none that is not', async () => {
    const { directory, records } = identities();
    const told: number[] = [];
    directory.onChange(() => told.push(directory.users(account).length));
    await directory.change(() => ({ puts: [userNamed('a')], answer: 0 }));
    await directory.change(() => ({ answer: 0 }));
    records.fails = true;
    await expect(directory.change(() => ({ puts: [userNamed('b')], answer: 0 }))).rejects.toThrow('disk');
    expect(told).toEqual([1]);
  });

  test('is read again from what was kept, under one record each', async () => {
    const { directory, records } = identities();
    await directory.change(() => ({ puts: [userNamed('a'), keyNamed('K', 'a')], answer: 0 }));
    await directory.change(() => ({ puts: [userNamed('a', { path: '/new/' })], answer: 0 }));
    const contents = records.contents();
    expect(contents).toHaveLength(2);
    const again = new Directory({ records, contents });
    expect(again.user(account, 'a')?.path).toBe('/new/');
    expect(again.accessKey('K')?.secret).toBe('s');
    expect(contents.every(({ id }) => !id.includes('a'))).toBe(true);
  });

  test('changes nothing that is declared, and prefers it to what is kept', async () => {
    const { directory } = identities([userNamed('a', { path: '/declared/' })]);
    const change = (deletes: boolean) =>
      refusalOf(() =>
        directory.change(() =>
          deletes ? { deletes: [userNamed('a')], answer: 0 } : { puts: [userNamed('a')], answer: 0 },
        ),
      );
    const said = /^EntityFixed: The user a is declared in the file of identities/;
    expect(await change(false)).toMatch(said);
    expect(await change(true)).toMatch(said);
    const contents = [{ id: '1', text: JSON.stringify(userNamed('A', { path: '/kept/' })) }];
    const { records } = identities();
    const both = new Directory({ records, contents, declared: [userNamed('a', { path: '/declared/' })] });
    expect(both.user(account, 'a')?.path).toBe('/declared/');
  });
});
