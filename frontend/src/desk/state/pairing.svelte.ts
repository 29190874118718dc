import { pairings } from '../calls';
import type { Pairing, PairingNow } from '../types';
import { Attempt } from './attempt.svelte';

const EVERY = 1_500;

/** One invitation of a tablet to a seat, from the code on this screen to the number that both screens show. */
export class PairingWay {
  invitation = $state.raw<Pairing | null>(null);
  now = $state.raw<PairingNow | null>(null);
  /** Milliseconds until the code expires, by this computer's clock. */
  left = $state(0);
  number = $state('');
  readonly attempt = new Attempt();
  readonly confirming = new Attempt();
  readonly #seat: string;
  #timer: ReturnType<typeof setInterval> | undefined;
  #until = 0;

  constructor(seat: string) {
    this.#seat = seat;
  }

  get state(): PairingNow['state'] {
    return this.now?.state ?? 'waiting';
  }

  /** Ask for a new code and follow what becomes of it. */
  async begin(): Promise<void> {
    this.stop();
    this.now = null;
    this.number = '';
    this.confirming.clear();
    await this.attempt.run(async () => {
      this.invitation = await pairings.begin(this.#seat);
    });
    if (!this.invitation) return;
    this.#until = Date.parse(this.invitation.expires_at);
    this.#tick();
    this.#timer = setInterval(() => void this.look(), EVERY);
  }

  async look(): Promise<void> {
    this.#tick();
    if (!this.invitation || this.confirming.busy) return;
    const asked = this.invitation.pairing;
    const found = await pairings.state(asked).catch(() => null);
    // An answer that a confirmation or a new code overtook says what is no longer true.
    if (!found || this.confirming.busy || this.state === 'confirmed' || this.invitation.pairing !== asked) return;
    this.now = found;
    if (found.state === 'confirmed' || found.state === 'expired') this.stop();
  }

  /** The numbers were compared; the tablet may take the seat, which a chief judge may hand over from another. */
  async confirm(handOver = false): Promise<boolean> {
    const invitation = this.invitation;
    if (!invitation) return false;
    const done = await this.confirming.run(() => pairings.confirm(invitation.pairing, this.number.trim(), handOver));
    if (!done) return false;
    this.stop();
    if (this.now) this.now = { ...this.now, state: 'confirmed' };
    return true;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.left = Math.max(0, this.#until - Date.now());
  }
}
