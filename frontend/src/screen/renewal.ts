/** A wall is never touched for days: after the connection came back it looks whether the page itself is still the newest. */

/** Whether the server now hands out another build of this page than the one that runs. */
export async function isOutdated(page: Document = document): Promise<boolean> {
  const running = page.querySelector<HTMLScriptElement>('script[type="module"][src]');
  if (!running) return false;
  try {
    const answer = await fetch(location.pathname, { cache: 'no-store' });
    if (!answer.ok) return false;
    const text = await answer.text();
    return text.includes('type="module"') && !text.includes(new URL(running.src).pathname);
  } catch {
    return false; // not connected after all; the next time will tell
  }
}
