import { createMemoryStore } from '../../src/store/memory.ts';
import type { PageStore } from '../../src/store/page-store.ts';
import { FaultyStore } from '../support/faulty-store.ts';
import { answeringLater, readingAtOnce } from '../support/wrapped-stores.ts';
import { describePageStore, type StoreKind } from './conformance.ts';
import { describeSharing } from './sharing.ts';
import { openStore, temporaryFolder } from './support.ts';
import { waysToRead } from './ways-to-read.ts';

const memory: StoreKind = {
  name: 'memory',
  open: createMemoryStore,
  openTwice: () => {
    const store = createMemoryStore({ isShared: true });
    return [store, store];
  },
};

/** The same kind of store behind something. */
function behind(name: string, kind: StoreKind, wrap: (store: PageStore) => PageStore): StoreKind {
  return {
    name: `${name} ${kind.name}`,
    open: () => wrap(kind.open()),
    openTwice: () => {
      const [one, other] = kind.openTwice();
      return [wrap(one), wrap(other)];
    },
  };
}

const kinds: readonly StoreKind[] = [
  memory,
  ...waysToRead.map(({ name, driver, rows }) => {
    const wrap = rows === undefined ? (store: PageStore) => store : readingAtOnce;
    return {
      name: `SQLite by ${name}`,
      open: () => wrap(openStore({ folder: temporaryFolder(), driver, rows })),
      openTwice: () => {
        const options = { folder: temporaryFolder(), driver, rows, isShared: true };
        return [wrap(openStore(options)), wrap(openStore(options))] as const;
      },
    };
  }),
  behind('a network before', memory, answeringLater),
  behind('faults, of which none is due, before', memory, (store) => new FaultyStore(store)),
];

for (const kind of kinds) {
  describePageStore(kind);
  describeSharing(kind);
}
