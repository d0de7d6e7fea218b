/** ListImports: none, as there is nowhere to import from. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

export const listImports = operation({
  name: 'ListImports',
  run: (_: DynamoContext) => ({ ImportSummaryList: [] }),
});
