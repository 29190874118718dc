/** What a wall shows at one moment: whole pages of whole rows, the first three always among them. */
import type { Row } from '$lib/wire/live';

/** Rows of a page; a board that is only a little longer stands closer instead of leaving one row for a second page. */
export const ROWS = 14;
export const MOST_ROWS = 16;
export const PINNED = 3;
/** The lines that the rows of a page share. */
export const LINES = 812;

export interface Page {
  pinned: readonly Row[];
  rows: readonly Row[];
}

/** Divides a board into pages of equal length. The podium is pinned only when it is one: three rows with a rank. */
export function pagesOf(board: readonly Row[]): readonly Page[] {
  if (board.length <= MOST_ROWS) return [{ pinned: [], rows: board }];
  const podium = board.slice(0, PINNED);
  const pinned = podium.every((row) => row.rank !== null) ? podium : [];
  const rest = board.slice(pinned.length);
  const count = Math.ceil(rest.length / (ROWS - pinned.length));
  const size = Math.ceil(rest.length / count);
  const pages: Page[] = [];
  for (let at = 0; at < rest.length; at += size) pages.push({ pinned, rows: rest.slice(at, at + size) });
  return pages;
}

/** How high the rows of a board's pages are: they fill the wall, but a short list stays a list. */
export function heightOf(pages: readonly Page[]): number {
  const longest = Math.max(0, ...pages.slice(0, 1).map((page) => page.pinned.length + page.rows.length));
  return Math.floor(LINES / Math.max(12, longest));
}

/** Which page of which event is on the wall. */
export interface Spot {
  event: number;
  page: number;
}

/** The spot after this one: the next page, after the last page the next event. `counts` are the pages of each event. */
export function after(spot: Spot, counts: readonly number[]): Spot {
  if (spot.page + 1 < (counts[spot.event] ?? 1)) return { event: spot.event, page: spot.page + 1 };
  return { event: (spot.event + 1) % Math.max(1, counts.length), page: 0 };
}

/** The spot before this one: what the wall showed last. */
export function before(spot: Spot, counts: readonly number[]): Spot {
  if (spot.page > 0) return { event: spot.event, page: spot.page - 1 };
  const event = (spot.event - 1 + counts.length) % Math.max(1, counts.length);
  return { event, page: Math.max(0, (counts[event] ?? 1) - 1) };
}

/** The first page of another event. */
export function otherEvent(spot: Spot, by: 1 | -1, counts: readonly number[]): Spot {
  return { event: (spot.event + by + counts.length) % Math.max(1, counts.length), page: 0 };
}

/** The spot itself, or the last page when the board has become shorter meanwhile. */
export function within(spot: Spot, counts: readonly number[]): Spot {
  return { event: spot.event, page: Math.min(spot.page, Math.max(0, (counts[spot.event] ?? 1) - 1)) };
}
