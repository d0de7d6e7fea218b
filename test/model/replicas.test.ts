/** Three replicas that are written to, read from one another and killed at random: all are alike, and the last writer has won. */
import { expect, test } from 'vitest';
import { ReplicaLoad } from '../support/replica-load.ts';

/** 100 take about four minutes. */
const rounds = Number(process.env.CRYPTABLE_REPLICA_ROUNDS ?? 4);
const turns = 120;

const seed = Math.floor(Math.random() * 2 ** 31);

let kills = 0;
let pagesAgain = 0;

for (let round = 0; round < rounds; round++) {
  test(`round ${round} converges, seed ${seed + round}`, { timeout: 60_000 }, async () => {
    const result = await new ReplicaLoad(seed + round).run(turns);
    expect(result.faults).toEqual([]);
    const [first = [], ...others] = result.versions;
    for (const versions of others) expect(versions).toEqual(first);
    for (const content of result.contents) expect(content).toEqual(result.contents[0]);
    const stamped = first.filter((text) => !text.includes('null,'));
    expect(stamped.toSorted()).toEqual(result.winners);
    expect(result.winners.length).toBeGreaterThan(2);
    kills += result.kills;
    pagesAgain += result.pagesAgain;
  });
}

test('replicas were killed, and pages came twice', () => {
  expect(kills).toBeGreaterThan(rounds);
  expect(pagesAgain).toBeGreaterThan(rounds);
});
