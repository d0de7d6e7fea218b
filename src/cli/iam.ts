/** `cryptable iam`: who there is, and why one of them may do something or not. */
import { Command } from 'commander';
import { type Database, Refusal } from '../index.ts';
import { columns } from './columns.ts';
import { openExisting } from './existing-store.ts';
import { exitCodes, usageFault } from './exit-code.ts';
import { matching, repeatable } from './option-parsers.ts';
import { type RootKeyOptions, withRootKeyOptions } from './store-options.ts';

type Explanation = ReturnType<Database['explainAccess']>;
type Principal = ReturnType<Database['principals']>[number];

interface IdentityOptions extends RootKeyOptions {
  readonly data: string;
  readonly iam?: string;
  readonly json?: true;
}

interface CheckOptions extends IdentityOptions {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly context: readonly string[];
}

const check = withIdentityOptions(
  new Command('check')
    .description('explain a decision: which statement allows or denies, and what is missing')
    .requiredOption('--principal <arn>', "a user, a role or an account's root")
    .requiredOption(
      '--action <name>',
      'as dynamodb:GetItem',
      matching(/^[a-z0-9-]+:[a-z0-9]+$/i, 'a service and an operation, as dynamodb:GetItem'),
    )
    .requiredOption('--resource <arn>', 'what it is done to, or *')
    .addOption(
      repeatable('--context <key=value>', 'what a condition may ask for; repeatable, also for one key'),
    ),
)
  .addHelpText(
    'after',
    '\nExit codes: 0 allowed, 1 denied, 2 a wrong command line or a store that cannot be opened.',
  )
  .action(async ({ principal, action, resource, context, ...options }: CheckOptions) => {
    const question = { principal, action, resource, context: contextOf(context) };
    const explained = await withDatabase(options, (database) => database.explainAccess(question));
    process.stdout.write(
      options.json === true ? `${JSON.stringify(explained, undefined, 2)}\n` : explanationText(explained),
    );
    if (!explained.allowed) process.exitCode = exitCodes.fault;
  });

const list = withIdentityOptions(
  new Command('list').description('list users and roles with their policies and access keys'),
).action(async (options: IdentityOptions) => {
  const found = await withDatabase(options, (database) => database.principals());
  process.stdout.write(
    options.json === true ? `${JSON.stringify(found, undefined, 2)}\n` : principalsText(found),
  );
});

export const iam = new Command('iam')
  .description('look at users and roles, and explain what they may do')
  .addCommand(check)
  .addCommand(list);

export function explanationText({ allowed, message, statements, missingContext }: Explanation): string {
  const lines = [allowed ? 'ALLOWED' : `DENIED   ${message ?? ''}`];
  if (statements.length > 0) {
    const rows = statements.map(({ effect, source, policy, statement, mismatch }) => [
      effect,
      source,
      policy,
      statement,
      mismatch === undefined ? 'applies' : `another ${mismatch}`,
    ]);
    lines.push('', columns([['EFFECT', 'POLICY OF', 'POLICY', 'STATEMENT', 'HERE'], ...rows]).trimEnd());
  }
  if (missingContext.length > 0) {
    lines.push('', `Not said, and asked for by conditions (--context): ${missingContext.join(', ')}`);
  }
  return `${lines.join('\n')}\n`;
}

export function principalsText(found: readonly Principal[]): string {
  if (found.length === 0) {
    return 'There are no users or roles: CreateUser makes one, or a file of identities (--iam) declares them.\n';
  }
  const rows = found.map(({ arn, policies, boundary, accessKeys }) => [
    arn,
    policies.join(' ') || '-',
    boundary ?? '-',
    accessKeys.join(' ') || '-',
  ]);
  return columns([['PRINCIPAL', 'POLICIES', 'BOUNDARY', 'ACCESS KEYS'], ...rows]);
}

/** Several values of one key are all there. */
export function contextOf(pairs: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const context: Record<string, string[]> = {};
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1)
      throw usageFault('--context takes a condition key and its value, as in aws:SourceIp=192.0.2.7');
    const key = pair.slice(0, equals);
    context[key] = [...(context[key] ?? []), pair.slice(equals + 1)];
  }
  return context;
}

function withIdentityOptions(command: Command): Command {
  return withRootKeyOptions(
    command
      .option('--data <dir>', 'the data folder; no other process may have it open', './data')
      .option('--iam <file>', 'the file of identities that the server is started with')
      .option('--json', 'print JSON instead'),
  );
}

async function withDatabase<T>(
  { data, iam: file, ...options }: IdentityOptions,
  ask: (database: Database) => T,
) {
  const database = await openExisting(data, options, file === undefined ? {} : { iam: file });
  try {
    return ask(database);
  } catch (fault) {
    // The principal is not there, or the key.
    if (fault instanceof Refusal) throw usageFault(fault.message);
    throw fault;
  } finally {
    await database.close();
  }
}
