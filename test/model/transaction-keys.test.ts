/** A transaction over tables whose key is taken away at every moment of its way: it is made whole, or not at all. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { PageStore } from '../../src/store/page-store.ts';
import { Api, S, tableInput } from '../api/dynamodb/support.ts';
import { user } from '../support/embedded-kms.ts';
import { newKey, openTables, type TablesForTest } from '../support/open-tables.ts';

/** Counts commits, and holds them back for a while. */
class HeldCommits {
  count = 0;
  #held: Promise<void> | undefined;

  hold(): () => void {
    let release = () => {};
    this.#held = new Promise((resolve) => {
      release = resolve;
    });
    return () => {
      this.#held = undefined;
      release();
    };
  }

  readonly wrap = (store: PageStore): PageStore => ({
    readHeads: (trees) => store.readHeads(trees),
    readPages: (tree, ids) => store.readPages(tree, ids),
    commit: async (change) => {
      this.count++;
      await this.#held;
      return store.commit(change);
    },
    listPages: (tree, after, limit) => store.listPages(tree, after, limit),
    listTrees: (after, limit) => store.listTrees(after, limit),
    close: () => store.close(),
  });
}

const both = {
  TransactItems: [
    { Put: { TableName: 'first', Item: { pk: S('a') } } },
    { Put: { TableName: 'second', Item: { pk: S('a') } } },
  ],
};
const item = { TableName: 'plain', Item: { pk: S('a') } };

/** With a token, its own tree has a part in the commit. */
for (const [kind, input] of [
  ['a transaction', both],
  ['a transaction with a token', { ...both, ClientRequestToken: 'once' }],
] as const) {
  describe(kind, () => {
    let opened: TablesForTest;
    let api: Api;
    let key: string;
    let commits: HeldCommits;
    beforeEach(async () => {
      commits = new HeldCommits();
      opened = await openTables({ wrapStore: commits.wrap });
      api = new Api(opened.tables);
      key = await newKey(opened.kms);
      for (const [TableName, KMSMasterKeyId] of [
        ['first', await newKey(opened.kms)],
        ['second', key],
      ]) {
        const SSESpecification = { Enabled: true, SSEType: 'KMS', KMSMasterKeyId };
        await api.call('CreateTable', { ...tableInput(TableName ?? ''), SSESpecification });
      }
      await api.call('CreateTable', tableInput('plain'));
      // So that the tree of the tokens is there, and the caller is let in from the cache.
      await api.call('TransactWriteItems', {
        TransactItems: [{ Put: { ...item } }],
        ClientRequestToken: 'first of all',
      });
      expect(await counts()).toEqual([0, 0]);
    });

    const countOf = async (TableName: string) => (await api.call('Scan', { TableName })).Count;
    const counts = async () => [await countOf('first'), await countOf('second')];

    /** Nothing is half done, and what is sent again once the key is back is made. */
    async function mends(): Promise<void> {
      await opened.kms.keys.enable(user, key);
      expect(await counts()).toEqual([0, 0]);
      await api.call('TransactWriteItems', input);
      expect(await counts()).toEqual([1, 1]);
    }

    test('is refused before it writes to any table where a key is disabled (R-DEP)', async () => {
      await opened.kms.keys.disable(user, key);
      expect(await api.refusal('TransactWriteItems', input)).toMatch(/^TableKeyRefused: .+ is disabled/);
      await mends();
    });

    test('fails whole where a key is disabled before it has its turn (R-REV)', async () => {
      const before = commits.count;
      const writing = Promise.resolve(api.run('TransactWriteItems', input));
      const failing = expect(writing).rejects.toThrow(/is disabled|expired before the request was done/);
      await opened.kms.keys.disable(user, key);
      await failing;
      expect(commits.count).toBe(before);
      await mends();
    });

    test('fails whole where a key is disabled before what it decided is sealed (R-REV)', async () => {
      const release = commits.hold();
      const ahead = api.call('PutItem', item);
      await new Promise((resolve) => setImmediate(resolve));
      const before = commits.count;
      const writing = Promise.resolve(api.run('TransactWriteItems', input));
      const failing = expect(writing).rejects.toThrow(/is disabled/);
      // Its writes are made by then, and wait in memory for the commit ahead of them.
      await new Promise((resolve) => setImmediate(resolve));
      await opened.kms.keys.disable(user, key);
      release();
      await Promise.all([ahead, failing]);
      expect(commits.count).toBe(before);
      await mends();
    });

    test('is made whole where a key is disabled once it is sealed', async () => {
      const release = commits.hold();
      const before = commits.count;
      const writing = Promise.resolve(api.run('TransactWriteItems', input));
      while (commits.count === before) await new Promise((resolve) => setImmediate(resolve));
      await opened.kms.keys.disable(user, key);
      release();
      await writing;
      await opened.kms.keys.enable(user, key);
      expect(await counts()).toEqual([1, 1]);
    });
  });
}
