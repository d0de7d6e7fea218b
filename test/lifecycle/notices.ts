/** Notices for tests: records that owe one, and channels that a test lets fail. */
import type { Notice, NoticeChannel } from '../../src/lifecycle/notice.ts';
import { noticeOf } from '../../src/lifecycle/notice.ts';
import type { TableRecord } from '../../src/tables/catalog-record.ts';
import type { OwedNotice } from '../../src/tables/owed-notice.ts';
import { definitionOf } from '../support/open-tables.ts';
import { recordOf } from '../tables/support.ts';

export const sinceMs = Date.UTC(2026, 10, 30, 13, 5, 4, 321);
export const archiveAtMs = sinceMs + 7 * 86_400_000;

export const owed: OwedNotice = {
  id: '6f1d0c1c-6a0f-4f3e-8f38-3b9a5a8e2d10',
  kind: 'keyLost',
  atMs: sinceMs,
  keyArn: 'arn:aws:kms:us-east-1:111122223333:key/k',
  sinceMs,
  cause: 'disabled',
  archiveAtMs,
  sent: [],
  tries: 0,
  nextTryMs: sinceMs,
};

export const owing: TableRecord = { ...recordOf(definitionOf('Books')), notices: [owed] };

export const notice = noticeOf(owing, owed);

/** Keeps what it was given; while `fault` is set, it fails with it. */
export class RecordingChannel implements NoticeChannel {
  readonly name: string;
  readonly sent: Notice[] = [];
  tries = 0;
  fault: Error | undefined;

  constructor(name: string) {
    this.name = name;
  }

  async send(given: Notice): Promise<void> {
    this.tries++;
    if (this.fault !== undefined) throw this.fault;
    this.sent.push(given);
  }
}
