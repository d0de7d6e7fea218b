/** ListExports: none, as there is nowhere to export to. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

export const listExports = operation({
  name: 'ListExports',
  run: (_: DynamoContext) => ({ ExportSummaries: [] }),
});
