import { events } from '../calls';
import { atDesk } from '../desk.svelte';
import { nextStep, type EventProgress, type Step } from '../plan';
import { outcomes } from '../running';
import type { EventRow } from '../types';
import type { ContestDesk } from './contest.svelte';

const AT_ONCE = 3;

/** Where each event of a contest stands, read event by event, a few at a time. */
export class ProgressBoard {
  known = $state.raw<ReadonlyMap<string, EventProgress>>(new Map());
  readonly #desk: ContestDesk;
  #run = 0;

  constructor(desk: ContestDesk) {
    this.#desk = desk;
  }

  /** Read all events; what is there already stays shown meanwhile. */
  async load(all: readonly EventRow[]): Promise<void> {
    const run = ++this.#run;
    // Who may not plan may not see the tablets either, and is not told how many are paired.
    if (this.#seesTablets()) await this.#desk.devices.load();
    const waiting = [...all];
    const worker = async (): Promise<void> => {
      for (let event = waiting.shift(); event && run === this.#run; event = waiting.shift()) await this.#read(event);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  stop(): void {
    this.#run += 1;
  }

  next(event: string): Step | null | undefined {
    const progress = this.known.get(event);
    return progress && nextStep(progress);
  }

  #seesTablets(): boolean {
    return atDesk.may('plan', this.#desk.id);
  }

  async #read(event: EventRow): Promise<void> {
    const known = async <T>(reading: Promise<T>): Promise<T | null> => reading.catch(() => null);
    const [scheme, entries, panels, sessions, gates] = await Promise.all([
      known(events.scheme(event.id)),
      known(events.entries(event.id)),
      known(events.panels(event.id)),
      known(events.sessions(event.id)),
      known(outcomes.gates(event.id)),
    ]);
    const seats = (panels ?? []).flatMap((panel) => panel.seats);
    const progress: EventProgress = {
      event: event.id,
      name: event.name,
      schemeVersion: scheme?.version ?? 0,
      entries: entries?.length ?? null,
      panels: panels?.length ?? null,
      seats: seats.length,
      seatsPaired: this.#seesTablets() ? seats.filter((seat) => this.#desk.deviceAt(seat.id)).length : null,
      sessions,
      pending: 0,
      results: (gates ?? []).filter((line) => line.line === 'results').pop()?.state ?? 'planned',
    };
    this.known = new Map(this.known).set(event.id, progress);
  }
}
