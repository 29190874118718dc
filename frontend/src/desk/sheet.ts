/** A session's marks as a matrix: for every entry and seat, how many of its marks are stored. Counts only; never a score. */
import type { SessionMarks, SheetMark } from './types';

/** The seat of aspects that are marked once for the whole panel. */
export const WHOLE_PANEL = '*';

export interface MatrixCell {
  readonly done: number;
  readonly due: number;
  readonly pending: number;
}

export interface MatrixRow {
  readonly entry: string;
  readonly label: string;
  readonly name: string;
  readonly organisation: string;
  readonly status: string;
  readonly cells: readonly MatrixCell[];
  readonly done: number;
  readonly due: number;
}

export interface Matrix {
  /** Seat ids in the order of the columns; `*` where the panel marks once. */
  readonly seats: readonly string[];
  readonly rows: readonly MatrixRow[];
  readonly done: number;
  readonly due: number;
  readonly pending: number;
}

/** Entries that are not marked: they did not start, or are out. */
const NOT_MARKED: ReadonlySet<string> = new Set(['withdrawn', 'not_started', 'disqualified']);

/** A mark that fills its place: it counts, and it was not taken back. */
function fills(mark: SheetMark): boolean {
  return mark.standing === 'counts' && mark.kind !== 'erased';
}

export function matrixOf(sheet: SessionMarks): Matrix {
  const byPanel = sheet.aspects.filter((aspect) => aspect.by_panel).map((aspect) => aspect.aspect);
  const once = sheet.aspects.filter((aspect) => !aspect.by_panel).map((aspect) => aspect.aspect);
  const seats = [...(byPanel.length ? sheet.seats.map((seat) => seat.id) : []), ...(once.length ? [WHOLE_PANEL] : [])];
  const optional = new Set(sheet.aspects.filter((aspect) => aspect.optional).map((aspect) => aspect.aspect));
  const filled = new Map<string, Set<string>>();
  const waiting = new Map<string, number>();
  for (const mark of sheet.marks) {
    const key = `${mark.entry} ${mark.seat}`;
    if (mark.standing === 'pending') waiting.set(key, (waiting.get(key) ?? 0) + 1);
    if (!fills(mark)) continue;
    const aspects = filled.get(key) ?? new Set();
    filled.set(key, aspects.add(mark.aspect));
  }
  const rows = sheet.entries.map((entry): MatrixRow => {
    const cells = seats.map((seat): MatrixCell => {
      const key = `${entry.entry} ${seat}`;
      const wanted = seat === WHOLE_PANEL ? once : byPanel;
      const have = filled.get(key) ?? new Set<string>();
      const done = wanted.filter((aspect) => have.has(aspect)).length;
      // What is optional is due only where it was given.
      const due = NOT_MARKED.has(entry.status)
        ? done
        : wanted.filter((aspect) => !optional.has(aspect) || have.has(aspect)).length;
      return { done, due, pending: waiting.get(key) ?? 0 };
    });
    return {
      ...entry,
      cells,
      done: cells.reduce((sum, cell) => sum + cell.done, 0),
      due: cells.reduce((sum, cell) => sum + cell.due, 0),
    };
  });
  return {
    seats,
    rows,
    done: rows.reduce((sum, row) => sum + row.done, 0),
    due: rows.reduce((sum, row) => sum + row.due, 0),
    pending: [...waiting.values()].reduce((sum, n) => sum + n, 0),
  };
}

/** The mark that counts in each place, by `entry aspect seat`. */
export function standing(marks: readonly SheetMark[]): ReadonlyMap<string, SheetMark> {
  const found = new Map<string, SheetMark>();
  for (const mark of marks) {
    if (mark.standing === 'counts') found.set(`${mark.entry} ${mark.aspect} ${mark.seat}`, mark);
  }
  return found;
}

/** Every revision of one seat's marks for one entry, the newest first. */
export function historyOf(marks: readonly SheetMark[], entry: string, seat: string): SheetMark[] {
  return marks.filter((mark) => mark.entry === entry && mark.seat === seat).sort((a, b) => b.seq - a.seq);
}
