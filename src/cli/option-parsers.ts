/** Readers of option values that refuse what they do not take, in the words of the command line. */
import { InvalidArgumentError, Option } from 'commander';

export function wholeNumber(name: string, max: number, min = 0): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`${name} takes a whole number from ${min} to ${max}.`);
  };
}

export function matching(pattern: RegExp, what: string): (text: string) => string {
  return (text) => {
    if (pattern.test(text)) return text;
    throw new InvalidArgumentError(`It takes ${what}.`);
  };
}

/** One value more of an option that may come several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** An option that may come several times: a list, empty where it does not come, which help calls none. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, description).argParser(collect).default([], 'none');
}
