/** What one tablet knows: its seat, its sheets, its marks and where each of them is. It never computes a score. */

import { SvelteMap } from 'svelte/reactivity';
import { LiveSocket } from '$lib/socket.svelte';
import { PROTOCOL, type AspectCard, type FromSeat, type MarkLine, type RemarkCalled, type Sheet, type ToSeat, type Welcome } from '$lib/wire/live';
import { cue } from './device.svelte';
import { isMarked, slotOf, viewOf, type KeptMark, type MarkDraft, type SlotView } from './model';
import { Outbox, type KeptDevice } from './outbox';
import { markedHere, mustBeMarked } from './reading';
import { Sender } from './sender';
import { Tally } from './tally';

/** Why the connection was ended for good by the server; marks stay on the tablet. */
export type Ended = '' | 'seat_revoked' | 'not_signed_in' | 'opened_elsewhere' | 'update';

const FOR_GOOD: readonly string[] = ['seat_revoked', 'not_signed_in', 'opened_elsewhere', 'update'];

export class Tablet {
  device = $state.raw<KeptDevice | null>(null);
  welcome = $state.raw<Welcome | null>(null);
  /** The sheets this tablet has seen, also without a network. */
  readonly sheets = new SvelteMap<string, Sheet>();
  /**
   * What every place on the sheets shows, null for a blank. A place that is not in the map is asked for again with
   * every change of any other; so blanks are in it as well, or a tap would draw the whole sheet.
   */
  readonly slots = new SvelteMap<string, SlotView | null>();
  /** How far every sheet is marked. */
  readonly tally = new Tally();
  /** Marks that wait or were refused, oldest first. */
  unsent = $state.raw<readonly KeptMark[]>([]);
  refused = $state.raw<readonly KeptMark[]>([]);
  /** Unsent marks of an earlier seat of this tablet; they can only be handed in as a file. */
  leftOver = $state.raw<readonly KeptMark[]>([]);
  ended = $state<Ended>('');
  /** Set when the browser did not keep a mark, or took the outbox away: said loudly, never silently. */
  notKept = $state<'' | 'full' | 'lost'>('');
  /** How far this tablet's clock is ahead of the server's, in ms; null until the server said so. */
  skew = $state<number | null>(null);
  /** Places that this seat is asked to mark again. */
  readonly calls = new SvelteMap<string, RemarkCalled>();
  /** Facts up to this number are in a verified copy of the server's; marks are kept beyond it. */
  backedUp = $state(0);
  battery: () => number | null = () => null;

  readonly socket: LiveSocket<ToSeat, FromSeat>;
  #outbox: Outbox;
  #sender: Sender;
  #marks = new Map<string, KeptMark[]>();
  #lines = new Map<string, MarkLine[]>();
  /** Places that are marked here: on a sheet, and not imported. */
  #here = new Set<string>();
  #wantedSheet = '';
  #toldElsewhere: number[] = [];
  /** The seat is lost; the connection is there for what this tablet still holds. */
  #delivering = false;

  constructor(outbox: Outbox, build: string) {
    this.#outbox = outbox;
    this.#sender = new Sender({
      send: (message) => this.socket.send(message),
      settle: (verdicts) => this.#outbox.settle(verdicts),
      changed: (marks) => this.#show(marks),
      now: () => Date.now(),
      ready: (mark) => this.#ready(mark),
    });
    this.socket = new LiveSocket<ToSeat, FromSeat>({
      path: '/live/seat',
      opening: () => ({ type: 'hello', token: this.device?.token ?? '', protocol: PROTOCOL, build }),
      hear: (message) => this.#hear(message),
      lost: () => this.#sender.lost(),
      beat: () => ({
        type: 'beat',
        at: new Date().toISOString(),
        unsent: this.unsent.length,
        battery: this.battery(),
      }),
      beatSeconds: 10,
    });
    setInterval(() => this.#sender.tick(), 1000);
    setInterval(() => this.#askAboutPending(), 20_000);
  }

  /** Reads what the tablet holds; shows it before there is any network. */
  async load(): Promise<void> {
    const [device, welcome, sheets, marks] = await Promise.all([
      this.#outbox.device(),
      this.#outbox.welcome(),
      this.#outbox.sheets(),
      this.#outbox.all(),
    ]);
    this.device = device ?? null;
    this.welcome = welcome ?? null;
    this.#marks.clear();
    for (const mark of marks) this.#remember(mark);
    this.#sender.load(marks.filter((mark) => mark.state === 'saved' && mark.device === device?.device).sort(bySeq));
    this.leftOver = marks.filter((mark) => mark.state === 'saved' && mark.device !== device?.device).sort(bySeq);
    for (const sheet of sheets) this.#takeSheet(sheet);
    this.#show(marks);
  }

  /** Begins to talk to the server, as long as this tablet has a seat. */
  connect(): void {
    this.ended = '';
    this.#toldElsewhere = [];
    this.#delivering = false;
    if (this.device) this.socket.open();
  }

  disconnect(): void {
    this.socket.close();
    this.#sender.lost();
  }

  async takeSeat(device: KeptDevice): Promise<void> {
    this.disconnect();
    await this.#outbox.takeSeat(device);
    this.#forgetSheets();
    await this.load();
    this.connect();
  }

  /** The left-over marks are with the chief judge now. */
  async handedIn(): Promise<void> {
    await this.#outbox.handedIn(this.device?.device ?? '');
    await this.load();
  }

  /** The marks of this seat that have a receipt, oldest first. */
  get stored(): readonly KeptMark[] {
    return this.#from(1).filter((mark) => mark.seq !== null).sort(bySeq);
  }

  /** Everything that is on this tablet and not with the server. */
  get unsentInAll(): number {
    return this.unsent.length + this.leftOver.length;
  }

  /** Leaves the seat; refused while anything is unsent. */
  async leaveSeat(): Promise<boolean> {
    if (this.unsent.length > 0) return false;
    this.disconnect();
    await this.#outbox.leaveSeat();
    this.#forgetSheets();
    await this.load();
    return true;
  }

  /** Asks for the sheet of a session; what is on the tablet is shown until it comes. */
  openSheet(session: string): void {
    this.#wantedSheet = session;
    if (session) this.socket.send({ type: 'open_sheet', session });
  }

  /** Writes a mark on the tablet and sends it. Resolves true only after it is safely kept. */
  async mark(draft: MarkDraft): Promise<boolean> {
    const device = this.device;
    if (!device) return false;
    const slot = slotOf(draft.session, draft.entry, draft.aspect);
    try {
      const mark = await this.#outbox.keep(draft, device.device, this.#lines.get(slot) ?? []);
      this.notKept = '';
      this.#remember(mark);
      this.#sender.add(mark);
      this.#show([mark]);
      cue('saved');
      return true;
    } catch {
      this.notKept = 'full';
      cue('refused');
      return false;
    }
  }

  /** What was entered here for one place, newest first. */
  history(slot: string): readonly KeptMark[] {
    return [...(this.#marks.get(slot) ?? [])].sort((a, b) => bySeq(b, a));
  }

  outboxLost(): void {
    this.notKept = 'lost';
  }

  #hear(message: ToSeat): void {
    switch (message.type) {
      case 'welcome':
        void this.#welcomed(message);
        break;
      case 'sheet':
        void this.#outbox.keepSheet(message);
        this.#takeSheet(message);
        break;
      case 'marks_stored':
        void this.#sender.stored(message).then((marks) => this.#told(marks), this.#keepFailed);
        break;
      case 'marks_refused':
        void this.#sender.refused(message).then((marks) => this.#told(marks), this.#keepFailed);
        break;
      case 'session_changed':
        this.#sessionChanged(message.session, message.name, message.state);
        break;
      case 'refused':
        void this.#sender.messageRefused(message).then((marks) => this.#told(marks), this.#keepFailed);
        break;
      case 'send_from':
        this.#sender.replay(this.#from(message.device_seq));
        break;
      case 'backed_up':
        this.backedUp = message.seq;
        break;
      case 'seat_lost':
        this.ended = 'seat_revoked';
        break;
      case 'remark_called': {
        const slot = slotOf(message.session, message.entry, message.aspect);
        if (message.open === false) this.calls.delete(slot);
        else this.calls.set(slot, message);
        break;
      }
      case 'beat':
        // Measured on both ends: between the two the time that messages take falls out.
        if (typeof message.skew_ms === 'number') {
          this.skew = (message.skew_ms + Date.now() - Date.parse(message.at ?? '')) / 2;
        }
        break;
      case 'goodbye':
        // In a bad network the hello of a connection that was given up may come after that of the next one. Only
        // who is told three times within a minute has another page to yield to.
        if (message.code === 'opened_elsewhere') {
          const now = Date.now();
          this.#toldElsewhere = [...this.#toldElsewhere.filter((at) => now - at < 60_000), now];
          if (this.#toldElsewhere.length < 3) break;
        }
        if (FOR_GOOD.includes(message.code)) {
          this.ended = message.code as Ended;
          this.disconnect();
          if (message.code === 'seat_revoked' && !this.#delivering && !this.#sender.idle) {
            this.#delivering = true;
            this.socket.open();
          }
        }
        break;
    }
  }

  async #welcomed(welcome: Welcome): Promise<void> {
    this.socket.beatSeconds = welcome.beat_seconds;
    this.backedUp = welcome.backed_up;
    this.calls.clear();
    this.#delivering = !welcome.holds;
    if (welcome.holds) this.welcome = welcome;
    else this.ended = 'seat_revoked';
    await this.#outbox.raiseNext(welcome.device, welcome.next_device_seq);
    await this.#bringBack(welcome);
    this.#sender.connected();
    if (!welcome.holds) return this.#leaveWhenDelivered();
    if (this.#wantedSheet) this.openSheet(this.#wantedSheet);
    this.socket.send({ type: 'beat', at: new Date().toISOString(), unsent: this.unsent.length, battery: this.battery() });
    await this.#outbox.keepWelcome(welcome);
  }

  /** A server that was put back to an older copy, or missed a message, gets what this tablet holds. */
  async #bringBack({ device, next_device_seq: next, send_from: from }: Welcome): Promise<void> {
    if (this.#from(next).some((mark) => mark.seq !== null)) {
      const lost = await this.#outbox.unsettle(device, next);
      lost.forEach((mark) => this.#remember(mark));
      this.#sender.replay(lost);
      this.#show(lost);
    }
    if (from < next) this.#sender.replay(this.#from(from));
  }

  /** What this tablet holds under its present seat from a number on. */
  #from(number: number): KeptMark[] {
    const held = [...this.#marks.values()].flat();
    return held.filter((mark) => mark.device === this.device?.device && mark.device_seq >= number);
  }

  /**
   * Refusals are for good. So what belongs to a session that the server does not hold open yet, as after it was put
   * back to an older copy, waits until the session is opened there.
   */
  #ready(mark: KeptMark): boolean {
    if (this.#delivering) return true;
    const line = this.welcome?.sessions.find((one) => one.session === mark.session);
    return line ? line.state !== 'planned' : mark.link === '';
  }

  #leaveWhenDelivered(): void {
    if (this.#delivering && this.#sender.idle) this.disconnect();
  }

  /** The chief judge's decisions come with the sheet: ask again while some of its marks wait for one. */
  #askAboutPending(): void {
    if (this.socket.state !== 'live' || !this.#wantedSheet) return;
    const here = `${this.#wantedSheet}|`;
    const waits = [...this.slots].some(([slot, view]) => view?.state === 'pending' && slot.startsWith(here));
    if (waits) this.openSheet(this.#wantedSheet);
  }

  #sessionChanged(session: string, name: string, state: string): void {
    const welcome = this.welcome;
    if (welcome) {
      const known = welcome.sessions.some((line) => line.session === session);
      const line = { session, name, room: '', starts_at: '', state };
      const sessions = known
        ? welcome.sessions.map((one) => (one.session === session ? { ...one, name, state } : one))
        : [...welcome.sessions, line];
      this.welcome = { ...welcome, sessions };
      void this.#outbox.keepWelcome(this.welcome);
    }
    if (state === 'confirmed') {
      for (const call of [...this.calls.keys()]) if (call.startsWith(`${session}|`)) this.calls.delete(call);
    }
    const sheet = this.sheets.get(session);
    if (sheet) this.sheets.set(session, { ...sheet, name, state });
    if (session === this.#wantedSheet) this.openSheet(session);
  }

  #takeSheet(sheet: Sheet): void {
    this.sheets.set(sheet.session, sheet);
    const here = `${sheet.session}|`;
    const known = [...this.#lines.keys(), ...this.#here].filter((slot) => slot.startsWith(here));
    const touched = new Set([...known, ...this.#takePlaces(sheet, known)]);
    touched.forEach((slot) => this.#lines.delete(slot));
    for (const line of sheet.marks) {
      const slot = slotOf(sheet.session, line.entry, line.aspect);
      this.#lines.set(slot, [...(this.#lines.get(slot) ?? []), line]);
      touched.add(slot);
    }
    touched.forEach((slot) => this.#draw(slot));
  }

  #forgetSheets(): void {
    this.sheets.clear();
    this.slots.clear();
    this.tally.clear();
    this.#lines.clear();
    this.#here.clear();
  }

  /** The places of a sheet take the stead of those it had before. */
  #takePlaces(sheet: Sheet, before: readonly string[]): string[] {
    before.forEach((slot) => this.#here.delete(slot));
    const placesOf = (cards: readonly AspectCard[]): string[] =>
      sheet.entries.flatMap((entry) => cards.map((card) => slotOf(sheet.session, entry.entry, card.aspect)));
    placesOf(sheet.aspects.filter(mustBeMarked)).forEach((slot) => this.#here.add(slot));
    const places = placesOf(markedHere(sheet));
    for (const slot of placesOf(sheet.aspects)) if (!this.slots.has(slot)) this.slots.set(slot, null);
    return places.filter((slot) => this.#marks.has(slot));
  }

  #remember(mark: KeptMark): void {
    const before = this.#marks.get(mark.slot) ?? [];
    this.#marks.set(mark.slot, [...before.filter((one) => one.mark !== mark.mark), mark]);
  }

  #show(marks: readonly KeptMark[]): void {
    // A mark on its way was handed over as it was kept; only settled ones carry news.
    for (const mark of marks) if (mark.state !== 'saved' || !this.#knows(mark)) this.#remember(mark);
    new Set(marks.map((mark) => mark.slot)).forEach((slot) => this.#draw(slot));
    this.unsent = [...this.#sender.unsent];
    if (marks.some((mark) => mark.state === 'refused')) this.#listRefused();
  }

  #knows(mark: KeptMark): boolean {
    return (this.#marks.get(mark.slot) ?? []).some((one) => one.mark === mark.mark);
  }

  #listRefused(): void {
    const refused = [...this.#marks.values()].flat().filter((mark) => mark.state === 'refused');
    this.refused = refused.sort(bySeq);
  }

  #draw(slot: string): void {
    const own = (this.#marks.get(slot) ?? []).filter((mark) => mark.device === this.device?.device);
    const view = viewOf(own, this.#lines.get(slot) ?? [], this.#sender);
    this.slots.set(slot, view);
    this.tally.note(slot, this.#here.has(slot) && isMarked(view));
  }

  #told(marks: readonly KeptMark[]): void {
    this.#leaveWhenDelivered();
    if (marks.length === 0) return;
    cue(marks.some((mark) => mark.state === 'refused') ? 'refused' : 'stored');
    // Somebody else's mark stands there: learn it, so that the next mark can replace it.
    const surprised = marks.find((mark) => mark.because === 'not_newest');
    if (surprised && surprised.session === this.#wantedSheet) this.openSheet(surprised.session);
  }

  #keepFailed = (): void => {
    // The verdict could not be written down; the marks stay unsent and the server will answer the same again.
    this.notKept = 'full';
  };
}

const bySeq = (a: KeptMark, b: KeptMark): number => a.device_seq - b.device_seq;
