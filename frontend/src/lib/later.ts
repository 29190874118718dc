/** Parts of a page that are loaded after it shows: each once, at the latest when it is asked for. */

/** Remembers what a part is loaded by; a load that failed is tried again at the next wish. */
export function later<Part>(load: () => Promise<Part>): () => Promise<Part> {
  let part: Promise<Part> | null = null;
  return () => {
    part ??= load().catch((fault: unknown) => {
      part = null;
      throw fault;
    });
    return part;
  };
}

/** Two seconds: an old tablet shows its first view in less, and what comes behind must not be in its way. */
const BEHIND = 2000;

/** Loads the parts behind the first view, so that they are there when the network goes. */
export function loadWhenIdle(...parts: readonly (() => Promise<unknown>)[]): void {
  const load = (): void => parts.forEach((part) => void part().catch(() => undefined));
  setTimeout(() => {
    // Safari has no idle callbacks.
    if ('requestIdleCallback' in window) requestIdleCallback(load, { timeout: BEHIND });
    else load();
  }, BEHIND);
}
