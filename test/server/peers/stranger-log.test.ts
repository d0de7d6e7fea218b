import { expect, test } from 'vitest';
import { StrangerLog, strangerLineMs } from '../../../src/server/peers/stranger-log.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { LinesLog } from './support.ts';

test('however many come, a line a minute tells of them and counts them', () => {
  const clock = new VirtualClock();
  const log = new LinesLog();
  const strangers = new StrangerLog(clock, log);
  const fault = Object.assign(new Error('not said'), { code: 'ERR_SSL_SOMETHING' });
  for (let i = 0; i < 3; i++) strangers.came('10.0.0.1', fault);
  expect(log.lines).toMatchObject([{ address: '10.0.0.1', code: 'ERR_SSL_SOMETHING', count: 1 }]);
  clock.advance(strangerLineMs - 1);
  strangers.came('10.0.0.2', undefined);
  expect(log.lines).toHaveLength(1);
  clock.advance(1);
  strangers.came('10.0.0.3', undefined);
  expect(log.lines[1]).toMatchObject({ address: '10.0.0.3', code: 'not configured', count: 4 });
  expect(JSON.stringify(log.lines)).not.toContain('not said');
});
