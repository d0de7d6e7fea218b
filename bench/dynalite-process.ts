/** dynalite in memory, in a process of its own; tells its parent the port. */
import type { Server } from 'node:http';
import { createRequire } from 'node:module';

type Dynalite = (options: { createTableMs: number }) => Server;

const dynalite: Dynalite = createRequire(import.meta.url)('dynalite');
const server = dynalite({ createTableMs: 0 });
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.({ port: address.port });
});
process.once('disconnect', () => process.exit(0));
