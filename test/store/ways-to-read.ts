/** How pages of a SQLite store can be read here: by each driver, and through the addon, which each driver has to load. */
import { type PageRowReading, pageRowReading } from '../../src/crypto/page-rows.ts';
import { type DriverName, usableDrivers } from '../../src/store/sqlite-driver.ts';
import { addonSkipped, testedAddon } from '../support/usable-cores.ts';

export interface WayToRead {
  readonly name: string;
  readonly driver: DriverName;
  readonly rows: PageRowReading | undefined;
}

export const waysToRead: readonly WayToRead[] = usableDrivers().flatMap((driver) => {
  const byDriver = { name: driver, driver, rows: undefined };
  if (addonSkipped) return [byDriver];
  return [byDriver, { name: `the addon in ${driver}`, driver, rows: pageRowReading(testedAddon) }];
});
