/** A new version waits until the judge asks for it; marks that wait survive it. */

let taking = false;
let waiting = $state.raw<ServiceWorker | null>(null);

export function newVersionWaits(): boolean {
  return waiting !== null;
}

/** Keeps the page on the tablet and looks for a new version every minute. */
export async function keepPage(): Promise<void> {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return;
  const kept = await navigator.serviceWorker
    .register('/sw.js', { scope: '/judge', updateViaCache: 'none' })
    .catch(() => null);
  if (!kept) return;
  const look = (): void => {
    if (kept.waiting && navigator.serviceWorker.controller) waiting = kept.waiting;
  };
  look();
  kept.addEventListener('updatefound', () => kept.installing?.addEventListener('statechange', look));
  setInterval(() => void kept.update().catch(() => undefined), 60_000);
  void navigator.storage?.persist?.().catch(() => false);
}

/** The page is about to be loaded anew on the judge's wish; nothing on the tablet is lost by it. */
export function takingNewVersion(): boolean {
  return taking;
}

/** The judge asked for it: the waiting version takes over, then the page is loaded once anew. */
export function takeNewVersion(): void {
  taking = true;
  if (!waiting) {
    location.reload();
    return;
  }
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  waiting.postMessage('take-over');
}
