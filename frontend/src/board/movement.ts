/** Ranks of a while ago, so that ▲▼ say something longer than the last message does. */
import type { Row } from '$lib/wire/live';

export const BASE_AGE = 5 * 60_000;
const SAMPLE_EVERY = 15_000;

interface Sample {
  at: number;
  ranks: ReadonlyMap<string, number>;
}

/** The ranks that movement is told from, and when they stood. */
export interface Base {
  at: number;
  ranks: ReadonlyMap<string, number>;
}

/** Ranks gained (above zero) or lost (below), or `new` for who had none. A plain value, so that equal ones draw nothing anew. */
export type Movement = number | 'new';

/** Keeps samples of the ranks of the last five minutes and one older. */
export class RankHistory {
  #samples: Sample[] = [];

  /** Notes the ranks as they stand now and returns those of five minutes ago, or the oldest known. */
  note(at: number, rows: readonly Row[]): Base | null {
    const last = this.#samples[this.#samples.length - 1];
    if (rows.length > 0 && (last === undefined || at - last.at >= SAMPLE_EVERY)) {
      this.#samples.push({ at, ranks: ranksOf(rows) });
    }
    while (this.#samples.length > 1 && at - (this.#samples[1] as Sample).at >= BASE_AGE) this.#samples.shift();
    return this.#samples[0] ?? null;
  }
}

/** How a row stands against the base; null while the rule does not rank it. */
export function movement(row: Row, base: Base | null): Movement | null {
  if (row.rank === null || base === null) return null;
  const before = base.ranks.get(row.entry);
  return before === undefined ? 'new' : before - row.rank;
}

function ranksOf(rows: readonly Row[]): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  for (const row of rows) if (row.rank !== null) ranks.set(row.entry, row.rank);
  return ranks;
}
