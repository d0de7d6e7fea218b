import {
  BatchGetItemCommand,
  ExecuteStatementCommand,
  GetItemCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  TagResourceCommand,
  TransactGetItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calls, denied, key, type Person, policy, RightsSite, table } from './rights.ts';
import { refusal, ways } from './way.ts';

for (const way of ways) {
  describe(`rights to items, ${way}`, () => {
    let rights: RightsSite;
    beforeAll(async () => {
      rights = await RightsSite.open(way);
    });
    afterAll(() => rights.site.end());

    describe('dynamodb:LeadingKeys', () => {
      let own: Person;
      beforeAll(async () => {
        own = await rights.userWith(
          policy({
            Action: ['dynamodb:*'],
            Resource: [table, `${table}/index/*`],
            Condition: {
              'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['ann'] },
              Null: { 'dynamodb:LeadingKeys': 'false' },
            },
          }),
        );
      });

      test.each(Object.keys(calls).filter((call) => call !== 'Scan'))(
        '%s reaches the own partition',
        async (call) => {
          const command = calls[call as keyof typeof calls]() as GetItemCommand;
          expect(await refusal(own.tables.send(command))).toBe('answered');
        },
      );

      const foreign: readonly (readonly [what: string, command: () => unknown])[] = [
        ['GetItem', () => new GetItemCommand({ TableName: 'Books', Key: key('ben') })],
        ['Scan', calls.Scan],
        [
          'BatchGetItem',
          () => new BatchGetItemCommand({ RequestItems: { Books: { Keys: [key('ann'), key('ben')] } } }),
        ],
        ['PutItem', () => new PutItemCommand({ TableName: 'Books', Item: key('ben', 'z') })],
        ['PartiQLSelect', () => new ExecuteStatementCommand({ Statement: 'SELECT * FROM Books' })],
        [
          'PartiQLSelect',
          () =>
            new ExecuteStatementCommand({
              Statement: `SELECT * FROM Books WHERE "owner" IN ['ann'] AND "owner" = 'ben' AND id = '1'`,
            }),
        ],
        [
          'PartiQLUpdate',
          () =>
            new ExecuteStatementCommand({
              Statement: `UPDATE Books SET n = 1 WHERE "owner" = 'ben' AND id = '1'`,
            }),
        ],
        [
          'Query',
          () =>
            new QueryCommand({
              TableName: 'Books',
              KeyConditions: { owner: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'ben' }] } },
            }),
        ],
        [
          'GetItem',
          () =>
            new TransactGetItemsCommand({
              TransactItems: [
                { Get: { TableName: 'Books', Key: key('ann') } },
                { Get: { TableName: 'Books', Key: key('ben') } },
              ],
            }),
        ],
      ];
      test.each(foreign)('%s reaches no other', async (action, command) => {
        expect(await refusal(own.tables.send(command() as GetItemCommand))).toBe(denied(own, action));
      });
    });

    test('dynamodb:Attributes and dynamodb:Select keep an attribute out of reach', async () => {
      const partial = await rights.userWith(
        policy({
          Action: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
          Condition: {
            'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['owner', 'id', 'title'] },
            StringEqualsIfExists: {
              'dynamodb:Select': 'SPECIFIC_ATTRIBUTES',
              'dynamodb:ReturnValues': ['NONE', 'UPDATED_NEW'],
            },
          },
        }),
      );
      const get = (more: object) =>
        partial.tables.send(new GetItemCommand({ TableName: 'Books', Key: key('ann'), ...more }));
      expect((await get({ ProjectionExpression: 'title' })).Item).toEqual({ title: { S: 'of ann' } });
      expect(await refusal(get({}))).toBe(denied(partial, 'GetItem'));
      expect(await refusal(get({ ProjectionExpression: 'title, secret' }))).toBe(denied(partial, 'GetItem'));
      expect(await refusal(get({ AttributesToGet: ['secret'] }))).toBe(denied(partial, 'GetItem'));
      const update = (UpdateExpression: string, ReturnValues: 'NONE' | 'ALL_OLD') =>
        refusal(
          partial.tables.send(
            new UpdateItemCommand({ TableName: 'Books', Key: key('ann'), UpdateExpression, ReturnValues }),
          ),
        );
      expect(await update('SET title = title', 'NONE')).toBe('answered');
      expect(await update('SET title = title', 'ALL_OLD')).toBe(denied(partial, 'UpdateItem'));
      expect(await update('SET title = secret', 'NONE')).toBe(denied(partial, 'UpdateItem'));
    });

    test('tags of the table and of the request decide where a policy asks for them', async () => {
      const tagger = await rights.userWith(
        policy(
          { Action: 'dynamodb:GetItem', Condition: { StringEquals: { 'aws:ResourceTag/open': 'yes' } } },
          {
            Action: ['dynamodb:TagResource', 'dynamodb:ListTagsOfResource'],
            Condition: { StringEqualsIfExists: { 'aws:RequestTag/open': 'yes' } },
          },
        ),
      );
      const tag = (Value: string) =>
        refusal(
          tagger.tables.send(new TagResourceCommand({ ResourceArn: table, Tags: [{ Key: 'open', Value }] })),
        );
      const get = () => refusal(tagger.tables.send(calls.GetItem()));
      expect(await get()).toBe(denied(tagger, 'GetItem'));
      expect(await tag('no')).toBe(denied(tagger, 'TagResource'));
      expect(await tag('yes')).toBe('answered');
      expect(await get()).toBe('answered');
      const { Tags } = await tagger.tables.send(new ListTagsOfResourceCommand({ ResourceArn: table }));
      expect(Tags).toEqual([{ Key: 'open', Value: 'yes' }]);
    });
  });
}
