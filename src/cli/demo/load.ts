/** Writes the cities by BatchWriteItem, several requests in flight. */
import { systemClock } from '../../base/clock.ts';
import { progress } from '../progress.ts';
import { type City, tableName } from './city.ts';
import type { Clients } from './clients.ts';
import { expectThat } from './expectation.ts';
import type { Packages } from './packages.ts';

const itemsPerRequest = 25;
const requestsInFlight = 8;
const retriesMax = 10;

export interface Load {
  readonly itemCount: number;
  readonly tookMs: number;
}

export async function loadCities(
  { lib }: Packages,
  { documents }: Clients,
  cities: readonly City[],
): Promise<Load> {
  const startMs = systemClock.monotonicMs();
  const bar = progress('   load', 'cities');
  let next = 0;
  let done = 0;
  const writeOn = async () => {
    while (next < cities.length) {
      const batch = cities.slice(next, next + itemsPerRequest);
      next += batch.length;
      await writeBatch(batch);
      done += batch.length;
      bar.at(done, cities.length);
    }
  };
  const writeBatch = async (batch: readonly City[]) => {
    let requests: object[] = batch.map((Item) => ({ PutRequest: { Item } }));
    for (let attempt = 0; requests.length > 0; attempt++) {
      expectThat(attempt <= retriesMax, `items stayed unprocessed after ${retriesMax} retries.`);
      const answer = await documents.send(
        new lib.BatchWriteCommand({ RequestItems: { [tableName]: requests } }),
      );
      requests = answer.UnprocessedItems?.[tableName] ?? [];
    }
  };
  try {
    await Promise.all(Array.from({ length: requestsInFlight }, writeOn));
  } finally {
    bar.end();
  }
  return { itemCount: done, tookMs: systemClock.monotonicMs() - startMs };
}
