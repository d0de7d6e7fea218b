/** Transactions and single writes side by side, and the store killed under them: all as if one came after another. */
import { expect, test } from 'vitest';
import { listAnomalies } from '../support/list-append.ts';
import { isLinearizable } from '../support/register-history.ts';
import { loadTransactions, moneyTotal } from '../support/transaction-load.ts';

/** 300 take about 45 seconds. */
const rounds = Number(process.env.CRYPTABLE_TRANSACTION_ROUNDS ?? 4);
const kills = 3;
const callsPerLife = 120;

const seed = Math.floor(Math.random() * 2 ** 31);

let interrupted = 0;

for (let round = 0; round < rounds; round++) {
  test(`round ${round} has no anomaly, seed ${seed + round}`, { timeout: 60_000 }, async () => {
    const history = await loadTransactions({ seed: seed + round, kills, callsPerLife });
    expect(listAnomalies(history.lists)).toEqual([]);
    const broken = [...history.registers].filter(([, calls]) => !isLinearizable(calls));
    expect(broken).toEqual([]);
    expect(history.sums.filter((sum) => sum !== moneyTotal)).toEqual([]);
    expect(history.made).toBeGreaterThan(callsPerLife);
    interrupted += history.unknown + history.repeated;
  });
}

// In one round they may all come between two calls.
test('kills have met calls that were under way', () => {
  expect(interrupted).toBeGreaterThan(0);
});

test('reads that are no transaction show anomalies under the same load', async () => {
  const history = await loadTransactions({ seed: 1, kills: 0, callsPerLife: 1000, readsApart: true });
  expect(listAnomalies(history.lists)).not.toEqual([]);
  expect(history.sums.filter((sum) => sum !== moneyTotal)).not.toEqual([]);
});
