/** What one page knows of one event's board. It applies messages and shows them in waves; it never computes a score. */
import type { BoardHead, Moved, Reset, Row } from '$lib/wire/live';

export class Leaderboard {
  /** What the server said, whole and current. */
  #rows: ReadonlyMap<string, Row> = new Map();
  #head: BoardHead | null = null;
  #epoch = '';
  #version = 0;
  #changed = new Set<string>();

  /** What a person sees: the state of the last wave. */
  head = $state.raw<BoardHead | null>(null);
  rows = $state.raw<readonly Row[]>([]);
  /** How many entries have news that are not shown; to be pushed down by another is no news. */
  waiting = $state(0);

  get epoch(): string {
    return this.#epoch;
  }

  get version(): number {
    return this.#version;
  }

  /** Returns false when messages were missed and the page must ask again. */
  apply(message: Reset | Moved): boolean {
    if (message.type === 'moved' && (this.#epoch === '' || message.after !== this.#version)) return false;
    if (message.type === 'reset') this.#reset(message);
    else this.#move(message);
    this.#version = message.version;
    this.waiting = this.#changed.size;
    return true;
  }

  /** Makes visible what is known. */
  show(): void {
    this.head = this.#head;
    this.rows = [...this.#rows.values()].sort(byPlace);
    this.#changed = new Set();
    this.waiting = 0;
  }

  #reset(message: Reset): void {
    const before = this.#rows;
    this.#epoch = message.epoch;
    this.#head = message.head;
    this.#rows = new Map(message.rows.map((row) => [row.entry, row]));
    for (const row of message.rows) if (isNews(before.get(row.entry), row)) this.#changed.add(row.entry);
    for (const entry of before.keys()) if (!this.#rows.has(entry)) this.#changed.add(entry);
  }

  #move(message: Moved): void {
    const rows = new Map(this.#rows);
    for (const entry of message.gone) {
      if (rows.delete(entry)) this.#changed.add(entry);
    }
    for (const row of message.rows) {
      if (isNews(rows.get(row.entry), row)) this.#changed.add(row.entry);
      rows.set(row.entry, row);
    }
    this.#rows = rows;
    if (message.head !== null) this.#head = message.head;
  }
}

function byPlace(left: Row, right: Row): number {
  return left.place - right.place || (left.entry < right.entry ? -1 : 1);
}

function isNews(before: Row | undefined, after: Row): boolean {
  return before === undefined || ownPart(before) !== ownPart(after);
}

/** What of a row is its own, and not a matter of the others. */
function ownPart(row: Row): string {
  return JSON.stringify([row.name, row.status, row.total, row.points, row.complete, row.scores, row.awards, row.unranked, row.advance]);
}
