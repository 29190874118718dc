/**
 * Sends what waits in the outbox, in order and without waiting for one receipt before the next mark. A mark is
 * sent again after every reconnect until the server has answered; sending twice is harmless.
 */

import type { EnterMarks, MarksRefused, MarksStored, Refused } from '$lib/wire/live';
import { wireOf, type KeptMark } from './model';
import type { Verdict } from './outbox';

const AT_ONCE = 50;
const ON_THE_WAY = 200;
const PATIENCE = 15_000;

/** Refusals of a whole message that name something wrong inside it. */
const MALFORMED = new Set(['message_not_understood', 'bad_input', 'too_large']);
/** Refusals that pass by themselves. */
const PASSING = new Set(['too_many_requests', 'store_unavailable']);

interface Ports {
  /** Hands a message to the connection; false when there is none. */
  send: (message: EnterMarks) => boolean;
  /** Writes verdicts into the outbox; resolves after the commit with the marks that changed. */
  settle: (verdicts: readonly Verdict[]) => Promise<readonly KeptMark[]>;
  /** Marks whose appearance changed: they are on the way now, wait again, or have their verdict. */
  changed: (marks: readonly KeptMark[]) => void;
  now: () => number;
  /** Whether the server can take a mark now; what it cannot take yet stays in the queue and holds up no other. */
  ready?: (mark: KeptMark) => boolean;
}

export class Sender {
  #waiting: KeptMark[] = [];
  #onTheWay = new Map<string, number>();
  #connected = false;
  #oneByOne = false;
  #pausedUntil = 0;

  constructor(private readonly ports: Ports) {}

  /** Marks that the server does not have; what is only sent once more is not among them. */
  get unsent(): readonly KeptMark[] {
    return this.#waiting.filter((mark) => mark.state === 'saved');
  }

  /** Nothing is left to send. */
  get idle(): boolean {
    return this.#waiting.length === 0;
  }

  /** The server asks for these, acknowledged or not: they are sent in their order with what waits. */
  replay(marks: readonly KeptMark[]): void {
    const asked = new Map([...this.#waiting, ...marks].map((mark) => [mark.mark, mark]));
    this.#waiting = [...asked.values()].sort((a, b) => a.device_seq - b.device_seq);
    this.#pump();
  }

  /** Whether a mark was handed to the connection and its answer is awaited. */
  has = (mark: string): boolean => this.#onTheWay.has(mark);

  /** Takes over what the outbox holds, e.g. after a restart. */
  load(marks: readonly KeptMark[]): void {
    this.#waiting = [...marks];
    this.#pump();
  }

  add(mark: KeptMark): void {
    this.#waiting.push(mark);
    this.#pump();
  }

  /** The server knows us: everything that waits goes out again. */
  connected(): void {
    this.#connected = true;
    this.#again();
  }

  lost(): void {
    this.#connected = false;
    const waited = this.#waiting.filter((mark) => this.has(mark.mark));
    this.#onTheWay.clear();
    this.ports.changed(waited);
  }

  /** Called every second: what got no answer for too long goes out again. */
  tick(): void {
    const now = this.ports.now();
    const oldest = this.#onTheWay.values().next();
    if (!oldest.done && now - oldest.value > PATIENCE) this.#again();
    else this.#pump();
  }

  async stored(message: MarksStored): Promise<readonly KeptMark[]> {
    const heads = new Map((message.heads ?? []).map((head) => [head.seq, head]));
    return this.#settled(
      message.receipts.map((receipt) => ({
        mark: receipt.mark,
        state: receipt.standing === 'counts' ? ('stored' as const) : ('pending' as const),
        seq: receipt.seq,
        link: receipt.link,
        at: receipt.at,
        because: receipt.because ?? '',
        params: {},
        head: heads.get(receipt.head ?? 0),
        path: receipt.path,
      })),
    );
  }

  async refused(message: MarksRefused): Promise<readonly KeptMark[]> {
    return this.#settled(message.refusals.map((refusal) => parked(refusal.mark, refusal.code, refusal.params)));
  }

  /**
   * A whole message was refused. If something in it is malformed, marks go out one by one, so that one of them
   * cannot hold up the others; the one that is refused alone is parked. Anything else is waited out.
   */
  async messageRefused(message: Refused): Promise<readonly KeptMark[]> {
    if (this.#onTheWay.size === 0) return [];
    if (PASSING.has(message.code)) {
      const seconds = Number(message.params?.['seconds'] ?? 2);
      this.#pausedUntil = this.ports.now() + Math.min(60, Math.max(1, seconds)) * 1000;
      this.#onTheWay.clear();
      this.ports.changed(this.#waiting);
      return [];
    }
    if (!MALFORMED.has(message.code)) return []; // about something else that was asked
    const [only] = [...this.#onTheWay.keys()];
    if (this.#oneByOne && this.#onTheWay.size === 1 && only !== undefined) {
      return this.#settled([parked(only, message.code, message.params ?? {})]);
    }
    this.#oneByOne = true;
    this.#again();
    return [];
  }

  async #settled(verdicts: readonly Verdict[]): Promise<readonly KeptMark[]> {
    const changed = await this.ports.settle(verdicts);
    const settled = new Set(verdicts.map((verdict) => verdict.mark));
    settled.forEach((mark) => this.#onTheWay.delete(mark));
    this.#waiting = this.#waiting.filter((mark) => !settled.has(mark.mark));
    if (this.#waiting.length === 0) this.#oneByOne = false;
    this.ports.changed(changed);
    this.#pump();
    return changed;
  }

  #again(): void {
    this.#onTheWay.clear();
    this.#pump();
  }

  #pump(): void {
    const now = this.ports.now();
    if (!this.#connected || now < this.#pausedUntil) return;
    const [atOnce, most] = this.#oneByOne ? [1, 1] : [AT_ONCE, ON_THE_WAY];
    const { ready = () => true } = this.ports;
    const next = this.#waiting.filter((mark) => !this.has(mark.mark) && ready(mark));
    while (next.length > 0 && this.#onTheWay.size < most) {
      const marks = next.splice(0, atOnce);
      if (!this.ports.send({ type: 'enter_marks', marks: marks.map(wireOf) })) return;
      marks.forEach((mark) => this.#onTheWay.set(mark.mark, now));
      this.ports.changed(marks);
    }
  }
}

function parked(mark: string, code: string, params: Readonly<Record<string, string | number>>): Verdict {
  return { mark, state: 'refused', seq: null, link: '', at: '', because: code, params };
}
