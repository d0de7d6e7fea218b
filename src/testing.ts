/** The lab, for tests of what uses a store: `cryptable/testing`. */

export type { Duration } from './lab/duration.ts';
export type { KeyFault, KeyFaultKind, KeyFaultOptions } from './lab/key-faults.ts';
export {
  type AuditEvent,
  createLab,
  type Lab,
  type LabKeyService,
  type LabLines,
  type LabOptions,
} from './lab/lab.ts';
export { assertSealed } from './lab/sealed-folder.ts';
export { VirtualClock } from './lab/virtual-clock.ts';
export type { NoticeEvent } from './lifecycle/notice.ts';
