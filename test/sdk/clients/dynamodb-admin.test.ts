import { once } from 'node:events';
import { existsSync, writeSync } from 'node:fs';
import type { Server } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createServer } from 'dynamodb-admin';
import { type Browser, chromium, type Page, type Route } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Site } from '../way.ts';

/** Where distributions put it. */
const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = places.find((place) => existsSync(place)) ?? '';
const hasBrowser = executablePath !== '';
if (!hasBrowser) writeSync(2, 'SKIPPED: dynamodb-admin: this machine has no Chromium.\n');

/** A browser that does what its page asks for, and nothing of its own. */
const args = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

let site: Site | undefined;
let client: DynamoDBClient | undefined;
let admin: Server | undefined;
let browser: Browser | undefined;
let page: Page;
/** Errors that the pages showed or threw. */
const errors: string[] = [];

beforeAll(async () => {
  if (!hasBrowser) return;
  site = await Site.open('over HTTP');
  client = new DynamoDBClient(site.settings());
  const server = createServer({ dynamoDbClient: client }).listen(0, '127.0.0.1');
  admin = server;
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  browser = await chromium.launch({ executablePath, args });
  page = await browser.newPage({ baseURL: `http://127.0.0.1:${port}` });
  page.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('dialog', (dialog) => dialog.accept());
}, 60_000);

afterAll(async () => {
  await browser?.close();
  if (admin !== undefined) await new Promise((resolve) => admin?.close(resolve));
  client?.destroy();
  await site?.end();
});

const tableNames = () =>
  page.locator('#table-list li').evaluateAll((all) => all.map((one) => one.getAttribute('data-table-name')));

async function fillInTable(): Promise<void> {
  await page.getByText('Create table', { exact: true }).click();
  await page.fill('#TableName', 'cities');
  await page.fill('#HashAttributeName', 'land');
  await page.fill('#RangeAttributeName', 'name');
  await page.selectOption('select[name=RangeAttributeType]', 'S');
  await page.click('#new-index');
  await page.fill('input[name$=-IndexName]', 'by-people');
  await page.fill('input[name$="1-HashAttributeName"]', 'land');
  await page.selectOption('select[name$="1-HashAttributeType"]', 'S');
  await page.fill('input[name$="1-RangeAttributeName"]', 'people');
  await page.selectOption('select[name$="1-RangeAttributeType"]', 'N');
}

/** Its form sends units as texts, which AWS refuses, and so do we; DynamoDB Local takes them. Here they become numbers. */
async function withNumbers(route: Route): Promise<void> {
  const text = route.request().postData() ?? '';
  await route.continue({ postData: text.replace(/("(?:Read|Write)CapacityUnits":)"(\d+)"/g, '$1$2') });
}

async function submit(): Promise<void> {
  await page.click('form button[type=submit]');
}

async function putItem(item: object): Promise<void> {
  await page.goto('/tables/cities/add-item');
  await page.evaluate(`editor.setValue(${JSON.stringify(JSON.stringify(item))})`);
  await page.click('#saveButton');
  await page.waitForURL('**/items/**');
}

/** Land and name of each row that is shown. */
async function rows(): Promise<readonly string[]> {
  await page.waitForSelector('#items-container tr');
  const all = await page.locator('#items-container tr').allInnerTexts();
  return all.map(
    (row) =>
      row
        .match(/"[^"]*"/g)
        ?.slice(0, 2)
        .join(' ')
        .replaceAll('"', '') ?? row,
  );
}

test.skipIf(!hasBrowser)(
  'the console that people use beside DynamoDB Local makes, fills, asks and empties tables of ours',
  async () => {
    await page.goto('/');
    expect(await tableNames()).toEqual([]);
    await fillInTable();
    await submit();
    await page.getByText('STRING_VALUE cannot be converted to Long').waitFor();
    await page.route('**/create-table', withNumbers);
    await submit();
    await page.waitForURL('/');
    expect(await tableNames()).toEqual(['cities']);

    await putItem({ land: 'CH', name: 'Zürich', people: 434_335, rivers: ['Limmat', 'Sihl'] });
    await putItem({ land: 'CH', name: 'Bern', people: 134_591 });
    await putItem({ land: 'IT', name: 'Como', people: 83_320 });
    await page.goto('/tables/cities');
    expect((await rows()).toSorted()).toEqual(['CH Bern', 'CH Zürich', 'IT Como']);

    await page.selectOption('select[name=operationType]', 'query');
    await page.selectOption('select[name=queryableSelection]', 'by-people');
    // Below the empty row there is one for each key attribute, the partition's first.
    await page.locator('.filter-row-value').nth(1).fill('CH');
    await page.getByText('Search').click();
    await page.waitForURL('**operationType=query**');
    expect(await rows()).toEqual(['CH Bern', 'CH Zürich']);

    await page.goto('/tables/cities/items/CH,Bern');
    expect(await page.evaluate('JSON.parse(editor.getValue())')).toEqual({
      land: 'CH',
      name: 'Bern',
      people: 134_591,
    });
    await page.getByText('Delete').click();
    await page.waitForURL('/tables/cities');
    expect((await rows()).toSorted()).toEqual(['CH Zürich', 'IT Como']);
    await page.goto('/tables/cities/meta');
    await page.getByText('cities').first().waitFor();

    await page.goto('/');
    await page.locator('#table-list').getByText('Delete').click();
    await page.locator('#table-list li').waitFor({ state: 'detached' });
    expect(await tableNames()).toEqual([]);
    expect(errors).toEqual([]);
  },
  120_000,
);
