/** Opens a store with the package that is installed beside this file, writes, opens it again and says what it reads. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { open } from 'cryptable';

const folder = mkdtempSync(join(process.cwd(), 'store-'));
const options = { rootKey: { file: join(folder, 'root.key') } };
const names = ['one', 'two', 'three'];

async function withDatabase(work) {
  const db = await open(join(folder, 'data'), options);
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

async function call(db, operation, input) {
  const { requestHandler } = db.clientConfig();
  const { response } = await requestHandler.handle({
    method: 'POST',
    path: '/',
    headers: {
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'content-type': 'application/x-amz-json-1.0',
    },
    body: JSON.stringify(input),
  });
  return response.statusCode;
}

const status = await withDatabase(async (db) => {
  const made = await call(db, 'CreateTable', {
    TableName: 'kept',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  for (const id of names) await db.table('kept').put({ id: { S: id }, text: { S: id.repeat(100) } });
  return made;
});
const read = await withDatabase(async (db) => {
  const texts = [];
  for (const id of names) texts.push((await db.table('kept').get({ id: { S: id } }))?.get('text')?.S);
  return texts;
});
rmSync(folder, { recursive: true });
const isWhole = read.every((text, index) => text === names[index].repeat(100));
process.stdout.write(JSON.stringify({ status, isWhole }));
