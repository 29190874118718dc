/** The sentences of the error catalogue. They come behind the page: until then the server's own sentence stands. */

import { later, loadWhenIdle } from './later';

type Catalogue = typeof import('./wire/errors');

let read = $state.raw<Catalogue | null>(null);

/** Returns when the sentences are there. */
export const readCatalogue = later(async () => {
  read = await import('./wire/errors');
});

/** The sentences, once they are there; reading this in a component follows. */
export function catalogue(): Catalogue | null {
  if (!read) void readCatalogue().catch(() => undefined);
  return read;
}

loadWhenIdle(readCatalogue);
