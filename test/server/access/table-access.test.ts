import { describe, expect, test } from 'vitest';
import { namedResource } from '../../../src/api/dynamodb/resource-arn.ts';
import { policyDocument } from '../../../src/iam/policy-document.ts';
import { principalOf } from '../../../src/iam/principal.ts';
import { noFacts } from '../../../src/iam/request-facts.ts';
import { tableJudge } from '../../../src/server/access/table-access.ts';
import { openConnection } from '../../../src/server/connection.ts';
import type { JudgedTable } from '../../../src/tables/judged-table.ts';
import { streamNameOf } from '../../../src/tables/stream/stream-arn.ts';
import { bareTableName } from '../../../src/tables/table-name.ts';
import { account } from '../../support/identities.ts';
import { books } from '../../support/judged-books.ts';
import { refusalOf } from '../../support/refusal.ts';

const table = `arn:aws:dynamodb:us-east-1:${account}:table/Books`;
const stream = `${table}/stream/2026`;
const foreign = 'arn:aws:dynamodb:us-east-1:999999999999:table/Books';
const statement = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const get = { TableName: 'Books', Key: new Map([['owner', { S: 'a' }]]) };

function askedBy(policy: string, id = account) {
  const arn = `arn:aws:iam::${id}:user/ada`;
  const identity = {
    principal: principalOf(arn, id),
    facts: noFacts,
    policies: [{ name: 'own', document: policyDocument(policy, 'identity') }],
  };
  const caller = { arn, account: id, region: 'us-east-1', identity };
  return { caller, connection: openConnection().connection, host: undefined };
}

const allowAll = statement({ Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' });

function judging(policies: Readonly<Record<string, string>> = {}) {
  const looked: string[] = [];
  const found: JudgedTable = { ...books, policy: (arn) => policies[arn] };
  const judge = tableJudge({
    judged: ({ account: owner, name }) => {
      looked.push(`${owner}/${name}`);
      return name === 'Books' ? found : undefined;
    },
  });
  return { judge, looked };
}

describe('a caller whose policies are not known', () => {
  test('is not judged', () => {
    const { identity: _, ...caller } = askedBy(allowAll).caller;
    const asked = { ...askedBy(allowAll), caller };
    const { judge, looked } = judging();
    expect(judge(asked, 'GetItem', get)).toBe(asked);
    expect(looked).toEqual([]);
  });
});

describe('a caller with policies', () => {
  const ask = (policy: string, operation: string, input: object, policies = {}) =>
    refusalOf(() => judging(policies).judge(askedBy(policy), operation, input));

  test('is let through as it is, where they allow', () => {
    const asked = askedBy(allowAll);
    expect(judging().judge(asked, 'GetItem', get)).toBe(asked);
  });

  test('is judged anew where its policies are others, and where the table has one by now', async () => {
    const policies: Record<string, string> = {};
    const { judge } = judging(policies);
    const asked = askedBy(allowAll);
    const ask = (by: typeof asked) => refusalOf(() => judge(by, 'GetItem', get));
    expect([await ask(asked), await ask(asked)]).toEqual(['answered', 'answered']);
    const none = askedBy(statement({ Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: '*' }));
    expect(await ask(none)).toMatch(/^AccessDenied/);
    policies[table] = statement({ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' });
    expect(await ask(asked)).toMatch(/^AccessDenied/);
  });

  test('is asked about items only where a policy asks, and about nothing faulty before it is allowed', async () => {
    const faulty = { ...get, ProjectionExpression: 'a =' };
    expect(await ask(allowAll, 'GetItem', faulty)).toBe('answered');
    const leading = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': 'ada' } };
    const bound = statement({ Effect: 'Allow', Action: 'dynamodb:*', Resource: '*', Condition: leading });
    expect(await ask(bound, 'GetItem', faulty)).toMatch(/^Validation/);
  });

  test('is held to tags of the table', async () => {
    const tagged = (team: string) =>
      statement({
        ...{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: '*' },
        Condition: { StringEquals: { 'aws:ResourceTag/team': team } },
      });
    expect(await ask(tagged('x'), 'GetItem', get)).toBe('answered');
    expect(await ask(tagged('y'), 'GetItem', get)).toMatch(/^AccessDenied/);
  });

  const deny = (Resource: string) =>
    statement({ Effect: 'Deny', Principal: '*', Action: 'dynamodb:*', Resource });
  test.each<[string, string, object, Record<string, string>, string]>([
    ['a table', 'GetItem', get, { [table]: deny(table) }, 'denied'],
    [
      'its index',
      'Query',
      { TableName: 'Books', IndexName: 'i' },
      { [table]: deny(`${table}/index/i`) },
      'denied',
    ],
    ['its stream', 'DescribeStream', { StreamArn: stream }, { [stream]: deny(stream) }, 'denied'],
    [
      'its stream, by an iterator',
      'GetRecords',
      { ShardIterator: `${stream}|1|x` },
      { [stream]: deny(stream) },
      'denied',
    ],
    ['a table, not its stream', 'DescribeStream', { StreamArn: stream }, { [table]: deny('*') }, 'answered'],
    ['a stream, not its table', 'GetItem', get, { [stream]: deny('*') }, 'answered'],
    ['a table, unreadable', 'GetItem', get, { [table]: '{"Statement":7}' }, 'denied'],
  ])('is denied by the policy of %s', async (_, operation, input, policies, told) => {
    const answer = await ask(allowAll, operation, input, policies);
    if (told === 'answered') expect(answer).toBe(told);
    else expect(answer).toMatch(/with an explicit deny in a resource-based policy$/);
  });

  test('names nothing that is there by an ARN of another partition (R-POL-1)', async () => {
    const own = { caller: askedBy(allowAll).caller };
    const other = (arn: string) => arn.replace('arn:aws:', 'arn:aws-cn:');
    expect(bareTableName(own.caller, other(table))).toBeUndefined();
    expect(streamNameOf(own.caller, other(stream))).toBeUndefined();
    expect(await refusalOf(() => namedResource(own.caller, 'TagResource', other(table)))).toMatch(
      /^Validation/,
    );
  });

  test('goes on in the names of the account that lets it in', async () => {
    const policy = statement({ Effect: 'Allow', Principal: { AWS: account }, Action: '*', Resource: '*' });
    const { judge, looked } = judging({ [foreign]: policy });
    const { caller } = judge(askedBy(allowAll), 'GetItem', { ...get, TableName: foreign });
    expect([caller.account, caller.identity?.principal.account, caller.arn]).toEqual([
      '999999999999',
      account,
      `arn:aws:iam::${account}:user/ada`,
    ]);
    expect(looked).toEqual(['999999999999/Books']);
    expect(
      await refusalOf(() => judging().judge(askedBy(allowAll), 'GetItem', { ...get, TableName: foreign })),
    ).toMatch(/because no resource-based policy allows the dynamodb:GetItem action$/);
  });

  test('stays in its own names, where a request is of tables of two accounts', () => {
    const policy = statement({ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' });
    const RequestItems = new Map([
      ['Books', { Keys: [get.Key] }],
      [foreign, { Keys: [get.Key] }],
    ]);
    const { caller } = judging({ [foreign]: policy }).judge(askedBy(allowAll), 'BatchGetItem', {
      RequestItems,
    });
    expect(caller.account).toBe(account);
  });
});
