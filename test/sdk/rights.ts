/** A table whose items several users have rights to, and every way to touch them. */
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  ExecuteStatementCommand,
  ExecuteTransactionCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { account, type Clients, Site, type Way } from './way.ts';

interface Statement {
  readonly Effect?: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: object;
}

export const arn = (resource: string) => `arn:aws:dynamodb:us-east-1:${account}:${resource}`;
export const table = arn('table/Books');
export const policy = (...statements: readonly Statement[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({ Effect: 'Allow', Resource: table, ...statement })),
  });
export const key = (owner: string, id = '1') => ({ owner: { S: owner }, id: { S: id } });

/** Every way to touch items, under the names of the actions that it asks for. */
export const calls = {
  GetItem: () => new GetItemCommand({ TableName: 'Books', Key: key('ann') }),
  PutItem: () => new PutItemCommand({ TableName: 'Books', Item: { ...key('ann', 'new'), n: { N: '1' } } }),
  UpdateItem: () =>
    new UpdateItemCommand({
      TableName: 'Books',
      Key: key('ann', 'new'),
      UpdateExpression: 'SET n = :n',
      ExpressionAttributeValues: { ':n': { N: '2' } },
    }),
  DeleteItem: () => new DeleteItemCommand({ TableName: 'Books', Key: key('ann', 'new') }),
  Query: () =>
    new QueryCommand({
      TableName: 'Books',
      KeyConditionExpression: '#o = :o',
      ExpressionAttributeNames: { '#o': 'owner' },
      ExpressionAttributeValues: { ':o': { S: 'ann' } },
    }),
  Scan: () => new ScanCommand({ TableName: 'Books' }),
  BatchGetItem: () => new BatchGetItemCommand({ RequestItems: { Books: { Keys: [key('ann')] } } }),
  BatchWriteItem: () =>
    new BatchWriteItemCommand({ RequestItems: { Books: [{ DeleteRequest: { Key: key('ann', 'new') } }] } }),
  'TransactGetItems as GetItem': () =>
    new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName: 'Books', Key: key('ann') } }] }),
  'TransactWriteItems as ConditionCheckItem': () =>
    new TransactWriteItemsCommand({
      TransactItems: [
        {
          ConditionCheck: {
            TableName: 'Books',
            Key: key('ann'),
            ConditionExpression: 'attribute_exists(id)',
          },
        },
      ],
    }),
  'TransactWriteItems as PutItem': () =>
    new TransactWriteItemsCommand({
      TransactItems: [{ Put: { TableName: 'Books', Item: key('ann', 'new') } }],
    }),
  'ExecuteStatement as PartiQLSelect': () =>
    new ExecuteStatementCommand({ Statement: `SELECT * FROM Books WHERE "owner" = 'ann'` }),
  'ExecuteStatement as PartiQLInsert': () =>
    new ExecuteStatementCommand({ Statement: `INSERT INTO Books VALUE {'owner':'ann','id':'partiql'}` }),
  'ExecuteStatement as PartiQLUpdate': () =>
    new ExecuteStatementCommand({
      Statement: `UPDATE Books SET n = 3 WHERE "owner" = 'ann' AND id = '1'`,
    }),
  'ExecuteTransaction as PartiQLDelete': () =>
    new ExecuteTransactionCommand({
      TransactStatements: [{ Statement: `DELETE FROM Books WHERE "owner" = 'ann' AND id = 'partiql'` }],
    }),
} as const;

export interface Person {
  readonly name: string;
  readonly tables: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
}

/** A site with the table, its root, and users as a test wants them. */
export class RightsSite {
  readonly site: Site;
  readonly root: Clients;
  readonly iam: IAMClient;
  #users = 0;

  private constructor(site: Site) {
    this.site = site;
    this.root = site.clients();
    this.iam = new IAMClient(site.settings());
  }

  static async open(way: Way): Promise<RightsSite> {
    const made = new RightsSite(await Site.open(way));
    await makeBooks(made.root);
    return made;
  }

  /** A client of a new user with this policy. */
  async userWith(document: string): Promise<Person> {
    this.#users++;
    const name = `user-${this.#users}`;
    const { iam, site } = this;
    await iam.send(new CreateUserCommand({ UserName: name }));
    await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'own', PolicyDocument: document }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
    const settings: DynamoDBClientConfig = site.settingsOf({
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    });
    return { name, tables: new DynamoDBClient(settings), streams: new DynamoDBStreamsClient(settings) };
  }
}

/** What a user is told who may not. */
export function denied({ name }: Person, action: string, resource = table, why?: string): string {
  return (
    `AccessDeniedException: User: arn:aws:iam::${account}:user/${name} is not authorized to perform: ` +
    `dynamodb:${action} on resource: ${resource} ` +
    (why ?? `because no identity-based policy allows the dynamodb:${action} action`)
  );
}

async function makeBooks({ tables }: Clients): Promise<void> {
  await tables.send(
    new CreateTableCommand({
      TableName: 'Books',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'owner', AttributeType: 'S' },
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'shelf', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'owner', KeyType: 'HASH' },
        { AttributeName: 'id', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'shelves',
          KeySchema: [{ AttributeName: 'shelf', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  for (const owner of ['ann', 'ben']) {
    await tables.send(
      new PutItemCommand({
        TableName: 'Books',
        Item: { ...key(owner), title: { S: `of ${owner}` }, secret: { S: 'x' }, shelf: { N: '1' } },
      }),
    );
  }
}
