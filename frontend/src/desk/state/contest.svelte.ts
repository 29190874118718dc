import { accounts, contests, events, organisations } from '../calls';
import type { Device, Organisation } from '../types';
import { Reading } from './reading.svelte';

/** What the desk knows of one contest while it is open: its particulars, events, organisations, what waits. */
export class ContestDesk {
  readonly id: string;
  readonly contest;
  readonly events;
  readonly organisations = new Reading(organisations.list);
  readonly consents;
  readonly devices;
  readonly grants;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(id: string) {
    this.id = id;
    this.contest = new Reading(() => contests.one(id));
    this.events = new Reading(() => events.list(id));
    this.consents = new Reading(() => contests.consents(id));
    this.devices = new Reading(() => contests.devices(id));
    this.grants = new Reading(() => accounts.grants(id));
  }

  /** Read what every page of the contest needs, and look for consents that wait every half minute. */
  open(): () => void {
    void this.contest.load();
    void this.events.load();
    void this.organisations.load();
    void this.consents.load();
    this.#watch = setInterval(() => void this.consents.load(), 30_000);
    return () => clearInterval(this.#watch);
  }

  readonly organisationsById = $derived.by(
    (): ReadonlyMap<string, Organisation> => new Map((this.organisations.value ?? []).map((one) => [one.id, one])),
  );

  /** Requests that nobody has answered yet. */
  readonly waiting = $derived.by(() =>
    (this.consents.value ?? []).filter((one) => one.state === 'waiting'),
  );

  nameOfOrganisation(id: string | null): string {
    return id === null ? '' : (this.organisationsById.get(id)?.name ?? '');
  }

  nameOfEvent(id: string | null): string {
    return (this.events.value ?? []).find((one) => one.id === id)?.name ?? '';
  }

  /** The tablet that holds a seat now, if any. */
  deviceAt(seat: string): Device | null {
    return (this.devices.value ?? []).find((one) => one.seat === seat && one.holds) ?? null;
  }
}
