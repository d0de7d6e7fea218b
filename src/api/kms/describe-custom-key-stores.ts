/** DescribeCustomKeyStores: there are none. */
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

interface DescribeCustomKeyStoresInput {
  readonly CustomKeyStoreId?: string;
  readonly CustomKeyStoreName?: string;
  readonly Marker?: string;
}

export const describeCustomKeyStores = operation({
  name: 'DescribeCustomKeyStores',
  run: ({ kms, caller }: KmsContext, input: DescribeCustomKeyStoresInput) => {
    kms.access.requireOwn(caller, 'DescribeCustomKeyStores');
    kms.meter.count('DescribeCustomKeyStores');
    const { CustomKeyStoreId, CustomKeyStoreName, Marker } = input;
    if (CustomKeyStoreId !== undefined && CustomKeyStoreName !== undefined) {
      const message = 'Give CustomKeyStoreId or CustomKeyStoreName, not both.';
      throw new Refusal('Validation', { message });
    }
    if (CustomKeyStoreId !== undefined || CustomKeyStoreName !== undefined) {
      throw new Refusal('KeyStoreNotFound', {});
    }
    // No list was so long that it had a second page.
    if (Marker !== undefined) throw new Refusal('InvalidMarker', {});
    return { CustomKeyStores: [], Truncated: false };
  },
});
