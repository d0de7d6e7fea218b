import { describe, expect, test } from 'vitest';
import { AssertionFault, Outage, type OutageCode, Refusal } from '../../src/base/errors.ts';
import { Patience, type PatienceLimits, patienceLimits } from '../../src/kms/patience.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const outage = (code: OutageCode) => expect.objectContaining({ name: 'Outage', code });
const discardNone = () => expect.unreachable('nothing was late');
const never = () => new Promise<never>(() => {});

interface Bench {
  readonly clock: VirtualClock;
  readonly patience: Patience;
}

function bench(limits: Partial<PatienceLimits> = {}, random = () => 1): Bench {
  const clock = new VirtualClock();
  return { clock, patience: new Patience({ clock, limits, random }) };
}

/** What became of it, and when, once the clock has gone on for so long. */
async function outcome(asking: Promise<unknown>, clock: VirtualClock, ms: number) {
  let end: { readonly answer?: unknown; readonly fault?: unknown; readonly atMs: number } | undefined;
  asking.then(
    (answer) => {
      end = { answer, atMs: clock.monotonicMs() };
    },
    (fault) => {
      end = { fault, atMs: clock.monotonicMs() };
    },
  );
  await clock.advanceAndSettle(ms);
  return end;
}

describe('a question', () => {
  test('that is answered is asked once, and leaves no timer', async () => {
    const { clock, patience } = bench();
    let asks = 0;
    expect(await patience.ask(async () => ++asks, discardNone)).toBe(1);
    expect(clock.timers).toBe(0);
  });

  for (const code of ['KeyServiceUnavailable', 'KeyServiceSlow', 'KeyServiceThrottled'] as const) {
    test(`that fails with ${code} is asked again, after pauses that double, and no more often than it may`, async () => {
      const { clock, patience } = bench();
      const askedMs: number[] = [];
      const asking = patience.ask(async () => {
        askedMs.push(clock.monotonicMs());
        throw new Outage(code);
      }, discardNone);
      expect(await outcome(asking, clock, 60_000)).toEqual({ fault: outage(code), atMs: 700 });
      expect(askedMs).toEqual([0, 100, 300, 700]);
      expect(clock.timers).toBe(0);
    });
  }

  test('that succeeds at last is answered', async () => {
    const { clock, patience } = bench();
    let asks = 0;
    const asking = patience.ask(async () => {
      if (++asks < 4) throw new Outage('KeyServiceUnavailable');
      return 'at last';
    }, discardNone);
    expect(await outcome(asking, clock, 60_000)).toEqual({ answer: 'at last', atMs: 700 });
  });

  const final: [string, Error][] = [
    ['a refusal', new Refusal('KeyDisabled', { keyArn: 'k' })],
    ['a lie', new Outage('KeyServiceWrong')],
    ['bad credentials', new Outage('KeyServiceCredentials')],
    ['an address without TLS', new Outage('KeyServiceUnsafe')],
    ['a bug', new AssertionFault('this must hold')],
  ];
  for (const [name, fault] of final) {
    test(`that ends in ${name} is not asked again`, async () => {
      let asks = 0;
      const asking = bench().patience.ask(async () => {
        asks++;
        throw fault;
      }, discardNone);
      await expect(asking).rejects.toBe(fault);
      expect(asks).toBe(1);
    });
  }

  test('that fails in words of its own, at once or later, counts as unavailable, and the words are kept', async () => {
    const cause = new Error('ENOTFOUND');
    const fail = () => {
      throw cause;
    };
    for (const question of [fail, async () => fail()]) {
      const asking = bench({ attemptsMax: 1 }).patience.ask(question, discardNone);
      await expect(asking).rejects.toMatchObject({ code: 'KeyServiceUnavailable', cause });
    }
  });
});

describe('an answer that does not come', () => {
  test('is not waited for longer than an attempt, and all attempts no longer than the total', async () => {
    const { clock, patience } = bench({ pauseMs: 1000 });
    const askedMs: number[] = [];
    const asking = patience.ask(() => {
      askedMs.push(clock.monotonicMs());
      return never();
    }, discardNone);
    expect(await outcome(asking, clock, 60_000)).toEqual({ fault: outage('KeyServiceSlow'), atMs: 8000 });
    // Two seconds each, a second between; the third has what is left.
    expect(askedMs).toEqual([0, 3000, 6000]);
  });

  test('has its question called off', async () => {
    const { clock, patience } = bench({ attemptsMax: 1 });
    let signal: AbortSignal | undefined;
    const asking = patience.ask((given) => {
      signal = given;
      return never();
    }, discardNone);
    await clock.advanceAndSettle(1999);
    expect(signal?.aborted).toBe(false);
    expect(await outcome(asking, clock, 1)).toMatchObject({ fault: outage('KeyServiceSlow') });
    expect(signal?.aborted).toBe(true);
  });

  test('and then comes is handed to be discarded', async () => {
    const { clock, patience } = bench({ attemptsMax: 1 });
    const discarded: string[] = [];
    let answer: (text: string) => void = () => {};
    const asking = patience.ask(
      () => new Promise<string>((resolve) => (answer = resolve)),
      (late) => void discarded.push(late),
    );
    expect(await outcome(asking, clock, 2000)).toMatchObject({ fault: outage('KeyServiceSlow') });
    answer('a secret');
    await clock.advanceAndSettle(0);
    expect(discarded).toEqual(['a secret']);
  });

  test('and then fails troubles nobody', async () => {
    const { clock, patience } = bench({ attemptsMax: 1 });
    let fail: (fault: Error) => void = () => {};
    const asking = patience.ask(() => new Promise((_, reject) => (fail = reject)), discardNone);
    expect(await outcome(asking, clock, 2000)).toMatchObject({ fault: outage('KeyServiceSlow') });
    fail(new Error('late'));
    await clock.advanceAndSettle(0);
  });
});

describe('pauses', () => {
  test('are spread by chance, from none to the longest', async () => {
    for (const [chance, atMs] of [
      [0, 0],
      [0.5, 350],
    ] as const) {
      const { clock, patience } = bench({}, () => chance);
      const asking = patience.ask(async () => {
        throw new Outage('KeyServiceThrottled');
      }, discardNone);
      expect(await outcome(asking, clock, 60_000)).toMatchObject({ atMs });
    }
  });

  test('have a bound', async () => {
    const { clock, patience } = bench({ attemptsMax: 8, totalMs: 60_000 });
    const asking = patience.ask(async () => {
      throw new Outage('KeyServiceUnavailable');
    }, discardNone);
    // 100, 200, 400, 800, then 1000 each.
    expect(await outcome(asking, clock, 60_000)).toMatchObject({ atMs: 4500 });
  });
});

test('after all was in vain, questions have one attempt for a second; an answer ends that', async () => {
  const { clock, patience } = bench();
  let asks = 0;
  let isAway = true;
  const ask = async () => {
    const asking = patience.ask(async () => {
      asks++;
      if (isAway) throw new Outage('KeyServiceUnavailable');
    }, discardNone);
    const before = asks;
    await asking.catch(() => {});
    return asks - before;
  };
  const first = ask();
  await clock.advanceAndSettle(700);
  await first;
  expect(asks).toBe(4);
  asks = 0;
  await ask();
  expect(asks).toBe(1);
  isAway = false;
  await ask();
  isAway = true;
  asks = 0;
  const third = ask();
  await clock.advanceAndSettle(700);
  await third;
  expect(asks).toBe(4);
});

describe('closed', () => {
  test('whoever waits is told so, in an attempt and in a pause', async () => {
    const { clock, patience } = bench();
    const waits = patience.ask(never, discardNone);
    const pauses = patience.ask(async () => {
      throw new Outage('KeyServiceUnavailable');
    }, discardNone);
    for (const asking of [waits, pauses]) asking.catch(() => {});
    await clock.advanceAndSettle(0);
    patience.close();
    await expect(waits).rejects.toEqual(outage('Closed'));
    await expect(pauses).rejects.toEqual(outage('Closed'));
    expect(clock.timers).toBe(0);
  });

  test('nobody is asked any more', async () => {
    const { patience } = bench();
    patience.close();
    patience.close();
    const asking = patience.ask(async () => expect.unreachable('asked'), discardNone);
    await expect(asking).rejects.toEqual(outage('Closed'));
  });
});

test('the usual limits keep a question within eight seconds', () => {
  expect(patienceLimits).toEqual({
    attemptsMax: 4,
    attemptMs: 2000,
    totalMs: 8000,
    pauseMs: 100,
    pauseMsMax: 1000,
    restMs: 1000,
  });
});

test('a process that has nothing else to do is kept alive for as long as someone waits, and no longer', async () => {
  const { clock, patience } = bench({ attemptsMax: 1 });
  const ports = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
  // Those of earlier questions close in a later turn.
  await clock.advanceAndSettle(0);
  const before = ports();
  const asking = patience.ask(never, discardNone);
  asking.catch(() => {});
  expect(ports()).toBe(before + 1);
  await clock.advanceAndSettle(2000);
  expect(ports()).toBe(before);
});
