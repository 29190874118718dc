/** How a tablet gets its seat: a one-time secret or code, a number the organiser compares, and the answer. */

import { api, NO_NETWORK, Problem } from '$lib/api';
import type { KeptDevice } from './outbox';

interface Claimed {
  readonly pairing: string;
  readonly number: string;
  readonly claim: string;
}

interface Collected {
  readonly state: string;
  readonly token?: string;
  readonly device?: string;
  readonly seat?: string;
}

type PairingState = 'asking' | 'claiming' | 'waiting' | 'refused';

const EVERY = 1500;
const KEPT_AS = 'jiangsai.pairing';

/** Reads the secret out of the address and removes it there at once, so that it stays in no history. */
export function takeSecret(): string | null {
  const found = /^#pair=([\w-]{8,200})$/.exec(location.hash)?.[1] ?? null;
  if (found) history.replaceState(null, '', location.pathname + location.search);
  return found;
}

/** What the organiser sees beside the number: «Android tablet, Chrome 126». */
export function deviceName(agent: string = navigator.userAgent): string {
  const kinds: readonly (readonly [RegExp, string])[] = [
    [/iPad/, 'iPad'],
    [/iPhone/, 'iPhone'],
    [/HarmonyOS|OpenHarmony/, 'HarmonyOS'],
    [/Android.*Mobile/, 'Android phone'],
    [/Android/, 'Android tablet'],
    [/Windows/, 'Windows'],
    [/Macintosh/, 'Mac'],
    [/Linux/, 'Linux'],
  ];
  const kind = kinds.find(([sign]) => sign.test(agent))?.[1] ?? 'Browser';
  const browser = /(Edg|OPR|Firefox|Chrome|Version)\/(\d+)/.exec(agent);
  const names: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera', Version: 'Safari' };
  return browser ? `${kind}, ${names[browser[1] ?? ''] ?? browser[1]} ${browser[2]}` : kind;
}

export class Pairing {
  state = $state<PairingState>('asking');
  /** The number that must be the same on the organiser's screen. */
  number = $state('');
  problem = $state.raw<unknown>(null);

  #claimed: Claimed | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly seated: (device: KeptDevice) => void) {}

  /** Goes on with a pairing that was waiting when the page was reloaded. */
  resume(): boolean {
    const kept = sessionStorage.getItem(KEPT_AS);
    if (!kept) return false;
    this.#wait(JSON.parse(kept) as Claimed);
    return true;
  }

  async claim(by: { secret: string } | { code: string }): Promise<void> {
    this.stop();
    this.state = 'claiming';
    this.problem = null;
    try {
      const name = { device_name: deviceName() };
      this.#wait(await api.post<Claimed>('/pairing/claim', { ...by, ...name }));
    } catch (broken) {
      this.problem = broken;
      this.state = broken instanceof Problem && broken.code === NO_NETWORK ? 'asking' : 'refused';
    }
  }

  /** Asks no more for now; a reload goes on. */
  pause(): void {
    clearTimeout(this.#timer);
    this.#claimed = null;
  }

  /** Gives up waiting; a new code can be entered. */
  stop(): void {
    this.pause();
    sessionStorage.removeItem(KEPT_AS);
    this.state = 'asking';
  }

  #wait(claimed: Claimed): void {
    this.#claimed = claimed;
    sessionStorage.setItem(KEPT_AS, JSON.stringify(claimed));
    this.number = claimed.number;
    this.problem = null;
    this.state = 'waiting';
    this.#timer = setTimeout(() => void this.#collect(claimed), EVERY);
  }

  async #collect(claimed: Claimed): Promise<void> {
    try {
      const { pairing, claim } = claimed;
      const answer = await api.post<Collected>('/pairing/collect', { pairing, claim });
      if (this.#claimed !== claimed) return;
      this.problem = null;
      if (answer.state === 'confirmed' && answer.token && answer.device) {
        sessionStorage.removeItem(KEPT_AS);
        const { token, device, seat = '' } = answer;
        this.seated({ token, device, seat, paired_at: new Date().toISOString() });
        return;
      }
    } catch (broken) {
      if (this.#claimed !== claimed) return;
      this.problem = broken;
      const passing = broken instanceof Problem && (broken.status === 0 || broken.status >= 500 || broken.status === 429);
      if (!passing) {
        sessionStorage.removeItem(KEPT_AS);
        this.state = 'refused';
        return;
      }
    }
    this.#timer = setTimeout(() => void this.#collect(claimed), EVERY);
  }
}

