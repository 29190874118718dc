/** What the device itself can do and say: shake, stay awake, its battery, where the page was opened. */

interface Battery extends EventTarget {
  readonly level: number;
  readonly charging: boolean;
}

let battery = $state<number | null>(null);
let charging = $state(false);

/** Charge in percent, or null where the browser does not tell. */
export function batteryLevel(): number | null {
  return battery;
}

export function batteryLow(): boolean {
  return battery !== null && battery < 15 && !charging;
}

export async function watchBattery(): Promise<void> {
  const asked = (navigator as { getBattery?: () => Promise<Battery> }).getBattery;
  if (!asked) return;
  const found = await asked.call(navigator).catch(() => null);
  if (!found) return;
  const read = (): void => {
    battery = Math.round(found.level * 100);
    charging = found.charging;
  };
  read();
  found.addEventListener('levelchange', read);
  found.addEventListener('chargingchange', read);
}

const CUES = { saved: 30, stored: [30, 60, 30], refused: 200 };

/** A short shake; only an addition, the same is always on the screen. */
export function cue(kind: keyof typeof CUES): void {
  navigator.vibrate?.(CUES[kind]);
}

/** Keeps the screen on while a sheet is open; returns how to let go. */
export function stayAwake(): () => void {
  let lock: WakeLockSentinel | null = null;
  let wanted = true;
  const hold = async (): Promise<void> => {
    if (!wanted || !('wakeLock' in navigator) || document.visibilityState !== 'visible') return;
    lock = await navigator.wakeLock.request('screen').catch(() => null);
    if (!wanted) void lock?.release();
  };
  const again = (): void => void hold();
  document.addEventListener('visibilitychange', again);
  void hold();
  return () => {
    wanted = false;
    document.removeEventListener('visibilitychange', again);
    void lock?.release();
  };
}

/** WeChat's browser forgets what pages keep, so judging starts in the real one. */
export const inWeChat = (agent: string = navigator.userAgent): boolean => /MicroMessenger/i.test(agent);

/** Without HTTPS there is no service worker: the page will not open again while the network is down. */
export const canWorkOffline = (): boolean => window.isSecureContext && 'serviceWorker' in navigator;
