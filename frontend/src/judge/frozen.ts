/**
 * A page that is left while it opens the tablet's book may be kept frozen by the browser, for a step back. Its
 * opening never ends then, and whoever opens the book after it would wait for ever. A frozen page to which
 * something is said on a channel is let go by the browser; so every page listens, and says something.
 */

const NAME = 'jiangsai-judge';
const AGAIN = 500;

let channel: BroadcastChannel | undefined;

/** Waits for what frozen pages could hold up, and lets them go meanwhile. */
export async function past<T>(opening: Promise<T>): Promise<T> {
  if (!('BroadcastChannel' in globalThis)) return opening;
  if (!channel) {
    channel = new BroadcastChannel(NAME);
    channel.onmessage = () => undefined; // who hears it is awake and need do nothing
  }
  const say = (): void => channel?.postMessage('here');
  say();
  const again = setInterval(say, AGAIN);
  return opening.finally(() => clearInterval(again));
}
