import { events } from '../calls';
import { outcomes } from '../running';
import type { EventProgress } from '../plan';
import type { EventScheme, GateLine, OutlineNode, PublicView, SeatNow } from '../types';
import { Problem } from '$lib/api';
import { Reading } from './reading.svelte';
import { SchemeDraft } from './scheme.svelte';

/** What the desk knows of one event while it is open. */
export class EventDesk {
  readonly id: string;
  readonly stages;
  readonly scheme;
  readonly entries;
  readonly panels;
  /** Which tablet holds each seat and how it is doing. */
  readonly seats;
  readonly sessions;
  readonly gates;
  /** A scheme that is being written; it stays while one looks at other pages of the event. */
  readonly draft = new SchemeDraft();
  writing = $state<'see' | 'pick' | 'write'>('see');
  /** What the public shall see from when the draft is kept; empty leaves it as it is. */
  wantedView = $state<PublicView | ''>('');

  constructor(id: string) {
    this.id = id;
    this.stages = new Reading(() => events.stages(id));
    this.scheme = new Reading(() => schemeOrNone(id));
    this.entries = new Reading(() => events.entries(id));
    this.panels = new Reading(() => events.panels(id));
    this.seats = new Reading(() => events.seats(id));
    this.sessions = new Reading(() => events.sessions(id));
    this.gates = new Reading(() => outcomes.gates(id));
  }

  async open(): Promise<void> {
    await Promise.all(
      [this.stages, this.scheme, this.entries, this.panels, this.sessions, this.gates].map((one) => one.load()),
    );
  }

  /** How a seat is doing, as far as it was asked. */
  seatNow(seat: string): SeatNow | null {
    return (this.seats.value ?? []).find((one) => one.seat === seat) ?? null;
  }

  /** The aspects of the scheme: what is marked. */
  readonly aspects = $derived.by((): OutlineNode[] =>
    (this.scheme.value?.outline ?? []).filter((node) => node.kind !== 'sum'),
  );

  /** Aspects that judges enter on tablets; imported ones get a session of their own. */
  readonly tabletAspects = $derived.by(() => this.aspects.filter((node) => node.kind !== 'imported'));
  readonly importedAspects = $derived.by(() => this.aspects.filter((node) => node.kind === 'imported'));

  /** The current round of one of the event's own lines. */
  line(name: GateLine['line']): GateLine | null {
    const mine = (this.gates.value ?? []).filter((line) => line.line === name && line.subject === this.id);
    return mine.reduce<GateLine | null>((newest, line) => (newest && newest.round > line.round ? newest : line), null);
  }

  /** Where the event stands, for its checklist; `paired` says whether a seat has its tablet. */
  progress(name: string, paired: (seat: string) => boolean): EventProgress {
    const seats = (this.panels.value ?? []).flatMap((panel) => panel.seats);
    return {
      event: this.id,
      name,
      schemeVersion: this.scheme.value?.version ?? null,
      entries: this.entries.value?.length ?? null,
      panels: this.panels.value?.length ?? null,
      seats: seats.length,
      seatsPaired: seats.filter((seat) => paired(seat.id)).length,
      sessions: this.sessions.value,
      pending: 0,
      results: this.state,
    };
  }

  /** Everything that the checklist needs was read. */
  get known(): boolean {
    return [this.scheme, this.entries, this.panels, this.sessions, this.gates].every((one) => one.value !== null);
  }

  /** Marking has begun: what is hidden and what is shown stays as it is. */
  get started(): boolean {
    return this.state !== 'planned' || (this.line('results')?.round ?? 1) > 1;
  }

  get state(): string {
    return this.line('results')?.state ?? 'planned';
  }
}

const NONE: EventScheme = { version: 0, locked: false, document: {}, outline: [] };

/** The scheme in force; an event without one answers with version 0. */
async function schemeOrNone(event: string): Promise<EventScheme> {
  try {
    return await events.scheme(event);
  } catch (broken) {
    if (broken instanceof Problem && broken.code === 'scheme_missing') return NONE;
    throw broken;
  }
}
