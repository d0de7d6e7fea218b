import { describe, expect, test } from 'vitest';
import { AssertionFault, assert, IntegrityFault, isRefusal, Outage, Refusal } from '../../src/base/errors.ts';

describe('a refusal', () => {
  test('says the sentence of its code with its details', () => {
    const refusal = new Refusal('KeyDisabled', { keyArn: 'arn:aws:kms:us-east-1:000000000000:key/1' });
    expect(refusal).toMatchObject({
      name: 'Refusal',
      code: 'KeyDisabled',
      message: 'arn:aws:kms:us-east-1:000000000000:key/1 is disabled.',
    });
  });

  test('of a table names it only where the control plane asks', () => {
    expect(new Refusal('TableNotFound', {}).message).toBe('Requested resource not found');
    expect(new Refusal('TableNotFound', { table: 'Books' }).message).toBe(
      'Requested resource not found: Table: Books not found',
    );
  });

  test('is told by its code from others, and from other faults', () => {
    const refusal: unknown = new Refusal('Validation', { message: 'no' });
    expect(isRefusal(refusal, 'Validation') && refusal.details.message).toBe('no');
    expect(isRefusal(refusal, 'TableNotFound')).toBe(false);
    expect(isRefusal(new Outage('Closed'), 'Validation')).toBe(false);
    expect(isRefusal(undefined, 'Validation')).toBe(false);
  });
});

describe('an outage', () => {
  test('says its sentence, then its hint, and keeps its cause', () => {
    const cause = new Error('EACCES');
    const outage = new Outage('StoreLocked', { cause, hint: 'Stop it first.' });
    expect(outage.message).toBe('Another process has this store open. Stop it first.');
    expect(outage.cause).toBe(cause);
    expect(outage.code).toBe('StoreLocked');
    expect(new Outage('StoreLocked').message).toBe('Another process has this store open.');
  });
});

test('an integrity fault says where, and in its sentence not even that', () => {
  const fault = new IntegrityFault({ tree: 3, page: 7 });
  expect(fault.place).toEqual({ tree: 3, page: 7 });
  expect(fault.message).not.toMatch(/[0-9]/);
  expect(new IntegrityFault().place).toEqual({});
});

test('assert throws only where its condition does not hold', () => {
  expect(() => assert(true, 'never said')).not.toThrow();
  for (const wrong of [false, undefined, 0, '']) {
    expect(() => assert(wrong, 'this must hold')).toThrow(AssertionFault);
  }
  expect(() => assert(false, 'this must hold')).toThrow('this must hold');
});
