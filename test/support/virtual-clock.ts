/** The clock of the lab, which tests of the parts use too. */
export { VirtualClock } from '../../src/lab/virtual-clock.ts';
