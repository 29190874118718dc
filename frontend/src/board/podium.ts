/** Says changes on the podium to those who listen: one sentence, at most every ten seconds. */
import type { Row } from '$lib/wire/live';

export const QUIET = 10_000;

const key = (rows: readonly Row[]): string => rows.map((row) => `${row.rank}:${row.entry}`).join(' ');

export class Podium {
  #said: string | null = null;
  #at = -Infinity;

  /** The rows to speak of now, or none. What changes meanwhile is said later, in its newest form. */
  changes(rows: readonly Row[], now: number): readonly Row[] {
    const podium = rows.filter((row) => row.rank !== null && row.rank <= 3);
    const stands = key(podium);
    if (this.#said === null) {
      if (podium.length > 0) this.#said = stands;
      return [];
    }
    if (stands === this.#said || now - this.#at < QUIET) return [];
    const before = new Set(this.#said.split(' '));
    this.#said = stands;
    this.#at = now;
    return podium.filter((row) => !before.has(`${row.rank}:${row.entry}`));
  }
}
