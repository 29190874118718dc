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

/** Where ranks outlive a reload of the page. */
export interface Shelf {
  read: () => string | null;
  write: (text: string) => void;
}

/** The shelf of one event in this tab; without storage ranks last as long as the page. */
export function shelfOf(event: string): Shelf {
  const key = `jiangsai.ranks.${event}`;
  return {
    read: () => {
      try {
        return sessionStorage.getItem(key);
      } catch {
        return null;
      }
    },
    write: (text) => {
      try {
        sessionStorage.setItem(key, text);
      } catch {
        /* forbidden or full */
      }
    },
  };
}

/** Keeps samples of the ranks of the last five minutes and one older. */
export class RankHistory {
  #samples: Sample[] = [];

  /** Notes the ranks as they stand now and returns those of five minutes ago, or the oldest known. */
  note(at: number, rows: readonly Row[], shelf: Shelf | null = null): Base | null {
    if (this.#samples.length === 0) this.#samples = recalled(shelf?.read() ?? null, at);
    const last = this.#samples[this.#samples.length - 1];
    if (rows.length > 0 && (last === undefined || at - last.at >= SAMPLE_EVERY)) {
      this.#samples.push({ at, ranks: ranksOf(rows) });
      // The oldest and the newest are enough to go on from.
      shelf?.write(JSON.stringify([...new Set([this.#samples[0], this.#samples.at(-1)])].map(plain)));
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

function plain(sample: Sample | undefined): unknown {
  return sample && [sample.at, [...sample.ranks]];
}

/** Reads samples back; those of long ago, and what is no sample, say nothing of the last five minutes. */
function recalled(text: string | null, now: number): Sample[] {
  try {
    const kept = JSON.parse(text ?? '[]') as [number, [string, number][]][];
    const samples = kept.map(([at, ranks]): Sample => ({ at: Number(at), ranks: new Map(ranks) }));
    const age = now - (samples.at(-1)?.at ?? 0);
    return age >= 0 && age < BASE_AGE ? samples : [];
  } catch {
    return [];
  }
}

function ranksOf(rows: readonly Row[]): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  for (const row of rows) if (row.rank !== null) ranks.set(row.entry, row.rank);
  return ranks;
}
