/** Questions to the table whose answers the demo knows from the data itself. */
import { isDeepStrictEqual } from 'node:util';
import { type City, tableName } from './city.ts';
import type { Clients } from './clients.ts';
import { expectThat } from './expectation.ts';
import type { Packages } from './packages.ts';

export interface Answer {
  readonly question: string;
  readonly answer: string;
}

/** Asks all; an answer that is not the data's own ends the demo. */
export async function askQuestions(
  packages: Packages,
  clients: Clients,
  cities: readonly City[],
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const ask of [largestCity, icelandicWithR, japaneseMillions, swissCount]) {
    answers.push(await ask(packages, clients, cities));
  }
  return answers;
}

/** The city that every step reads again: the one with the most people. */
export function largestOf(cities: readonly City[]): City {
  return cities.reduce((largest, city) => (city.population > largest.population ? city : largest));
}

/** Undefined when the table has none. */
export async function readCity({ lib }: Packages, { documents }: Clients, city: City): Promise<unknown> {
  const Key = { country: city.country, place: city.place };
  return (await documents.send(new lib.GetCommand({ TableName: tableName, Key, ConsistentRead: true }))).Item;
}

async function largestCity(packages: Packages, clients: Clients, cities: readonly City[]): Promise<Answer> {
  const largest = largestOf(cities);
  const item = await readCity(packages, clients, largest);
  expectThat(isDeepStrictEqual(item, { ...largest }), `${largest.name} did not come back as it was written.`);
  return {
    question: 'GetItem: the largest city',
    answer: `${largest.name} (${largest.country}), ${largest.population.toLocaleString('en')} people, at ${largest.coordinates.join(', ')}`,
  };
}

async function icelandicWithR(
  packages: Packages,
  clients: Clients,
  cities: readonly City[],
): Promise<Answer> {
  const expected = cities.filter(({ country, place }) => country === 'IS' && place.startsWith('R'));
  const found = await query(packages, clients, {
    KeyConditionExpression: 'country = :country AND begins_with(place, :letter)',
    ExpressionAttributeValues: { ':country': 'IS', ':letter': 'R' },
  });
  const names = found.map(({ name }) => name);
  expectSame('Icelandic cities with R', names, inKeyOrder(expected));
  return { question: 'Query: cities of Iceland that begin with R', answer: names.join(', ') };
}

async function japaneseMillions(
  packages: Packages,
  clients: Clients,
  cities: readonly City[],
): Promise<Answer> {
  const expected = cities.filter(({ country, population }) => country === 'JP' && population >= 1_000_000);
  const found = await query(packages, clients, {
    KeyConditionExpression: 'country = :country',
    FilterExpression: 'population >= :least',
    ProjectionExpression: '#name, population',
    ExpressionAttributeNames: { '#name': 'name' },
    ExpressionAttributeValues: { ':country': 'JP', ':least': 1_000_000 },
  });
  const names = found.map(({ name }) => name);
  expectSame('Japanese cities above a million', names, inKeyOrder(expected));
  return { question: 'Query with filter: Japanese cities above a million people', answer: names.join(', ') };
}

async function swissCount(packages: Packages, clients: Clients, cities: readonly City[]): Promise<Answer> {
  const expected = cities.filter(({ country }) => country === 'CH').length;
  const found = await query(packages, clients, {
    KeyConditionExpression: 'country = :country',
    ExpressionAttributeValues: { ':country': 'CH' },
    ScanIndexForward: false,
  });
  expectThat(
    found.length === expected,
    `Switzerland has ${expected} cities, the table says ${found.length}.`,
  );
  return { question: 'Query backwards: how many cities has Switzerland', answer: String(found.length) };
}

/** Scans the whole table and counts. */
export async function countItems({ lib }: Packages, { documents }: Clients): Promise<number> {
  let count = 0;
  const pages = lib.paginateScan({ client: documents }, { TableName: tableName, Select: 'COUNT' });
  for await (const page of pages) count += page.Count ?? 0;
  return count;
}

async function query({ lib }: Packages, { documents }: Clients, condition: object): Promise<City[]> {
  const found: City[] = [];
  const pages = lib.paginateQuery({ client: documents }, { TableName: tableName, ...condition });
  for await (const page of pages) found.push(...((page.Items ?? []) as City[]));
  return found;
}

// Range keys are ordered by their bytes in UTF-8.
function inKeyOrder(cities: readonly City[]): readonly string[] {
  const sorted = [...cities].sort((a, b) => Buffer.compare(Buffer.from(a.place), Buffer.from(b.place)));
  return sorted.map(({ name }) => name);
}

function expectSame(what: string, found: readonly string[], expected: readonly string[]): void {
  expectThat(
    isDeepStrictEqual(found, expected),
    `${what}: got ${found.join(', ')}, not ${expected.join(', ')}.`,
  );
}
