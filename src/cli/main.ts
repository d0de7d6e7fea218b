#!/usr/bin/env node
/** The `cryptable` command: the list of its subcommands, and what becomes of their faults. */
import { Command, CommanderError } from 'commander';
import { audit } from './audit.ts';
import { backup } from './backup.ts';
import { bench } from './bench.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { exitCodeOf, exitCodes, sentenceOf } from './exit-code.ts';
import { iam } from './iam.ts';
import { keys } from './keys.ts';
import { kms } from './kms.ts';
import { serve } from './serve.ts';
import { verify } from './verify.ts';
import { version } from './version.ts';

const commands: readonly Command[] = [serve, iam, keys, verify, backup, audit, kms, doctor, demo, bench];

function program(): Command {
  const all = new Command('cryptable')
    .description('A DynamoDB-compatible table engine whose data is encrypted at rest for real.')
    .version(version(), '-V, --version', 'print the version')
    .showHelpAfterError('(--help shows what there is)')
    .configureHelp({ showGlobalOptions: false })
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 a fault, 2 a wrong command line or a store that cannot be opened.',
    );
  // commander would exit with 1 on a wrong command line, and before output is flushed.
  all.exitOverride();
  for (const command of commands) all.addCommand(command);
  return inherit(all);
}

/** commander hands settings on to commands that it makes itself, and not to those that are added to it. */
function inherit(command: Command): Command {
  for (const child of command.commands) inherit(child.copyInheritedSettings(command));
  return command;
}

async function main(): Promise<void> {
  try {
    await program().parseAsync();
  } catch (fault) {
    if (fault instanceof CommanderError) {
      process.exitCode = fault.exitCode === 0 ? exitCodes.clean : exitCodes.usage;
      return;
    }
    process.exitCode = exitCodeOf(fault);
    process.stderr.write(`cryptable: ${sentenceOf(fault)}\n`);
    if (process.env.CRYPTABLE_DEBUG === '1' && fault instanceof Error)
      process.stderr.write(`${fault.stack}\n`);
  }
}

void main();
