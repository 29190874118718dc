/** Where rows stand. All rows have one height, so places become pixels without measuring anything. */

export interface Layout {
  rows: number;
  rowHeight: number;
  /** The row before which the divider stands, or -1. */
  divider: number;
  dividerHeight: number;
  /** The row that is opened, or -1. */
  opened: number;
  openedHeight: number;
}

/** Rows from `first` up to, not including, `last`. */
export interface Span {
  first: number;
  last: number;
}

/** The upper edge of a row. */
export function topOf(layout: Layout, index: number): number {
  const divider = layout.divider >= 0 && index >= layout.divider ? layout.dividerHeight : 0;
  const opened = layout.opened >= 0 && index > layout.opened ? layout.openedHeight : 0;
  return index * layout.rowHeight + divider + opened;
}

/** The height of everything. */
export function heightOf(layout: Layout): number {
  return topOf(layout, layout.rows);
}

/** The rows between two edges, and `margin` more on both sides. */
export function spanOf(layout: Layout, from: number, to: number, margin = 8): Span {
  const first = Math.max(0, indexAt(layout, from) - margin);
  const last = Math.min(layout.rows, indexAt(layout, to) + 1 + margin);
  return { first: Math.min(first, last), last };
}

/** The last row whose upper edge is at or above `y`. */
function indexAt(layout: Layout, y: number): number {
  let low = 0;
  let high = Math.max(0, layout.rows - 1);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (topOf(layout, middle) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}
