import fc from 'fast-check';
import { test } from 'vitest';
import { Api } from '../api/dynamodb/support.ts';
import { type Model, tableNames } from '../support/naive-tables.ts';
import { openTables } from '../support/open-tables.ts';
import { indexSteps } from './commands/indexes.ts';
import { readSteps } from './commands/reads.ts';
import type { Real } from './commands/real.ts';
import { definitionOf, tableSteps } from './commands/tables.ts';
import { transactionSteps } from './commands/transactions.ts';
import { writeSteps } from './commands/writes.ts';

/** Random commands of almost thirty kinds on tables of real pages, and on tables as naive as can be. */
const runs = Number(process.env.CRYPTABLE_MODEL_RUNS ?? 30);
const commandsMax = Number(process.env.CRYPTABLE_MODEL_COMMANDS ?? 100);
const seed = Number(process.env.CRYPTABLE_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Writes and reads come often enough between the ends of tables for items to grow old. */
const steps = [
  ...tableSteps,
  ...Array.from({ length: 6 }, () => [
    ...writeSteps,
    ...readSteps,
    ...transactionSteps,
    ...indexSteps,
  ]).flat(),
];

test(
  `tables do as naive tables do, whatever is asked of them (CRYPTABLE_SEED=${seed})`,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(steps, { maxCommands: commandsMax, size: 'max' }), async (commands) => {
        const running = await openTables();
        const real: Real = { running, api: new Api(running.tables) };
        const model: Model = new Map();
        for (const name of tableNames) {
          await real.api.call('CreateTable', definitionOf(name));
          model.set(name, new Map());
        }
        await fc.asyncModelRun(() => ({ model, real }), commands);
        await real.running.close();
      }),
      { numRuns: runs, seed },
    );
  },
  60_000 + runs * 2_000,
);
