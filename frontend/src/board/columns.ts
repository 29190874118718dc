/** Which columns fit a width. The rest of the scores is one tap away, in the opened row. */

export interface Wanted {
  scores: number;
  movement: boolean;
  bars: boolean;
  awards: boolean;
  gaps: boolean;
}

export interface Fitted {
  /** How many score columns are shown. */
  scores: number;
  movement: boolean;
  bars: boolean;
  awards: boolean;
  gaps: boolean;
  organisation: boolean;
  /** For `grid-template-columns`. */
  template: string;
}

/** Below this width a row has two lines and no columns. */
export const COMPACT = 720;

const RANK = 76;
const MOVEMENT = 60;
const NAME = 216;
const ORGANISATION = 150;
const SCORE = 88;
const BAR = 148;
const AWARD = 108;
const TOTAL = 120;
const GAP = 96;
const STAR = 52;

export function fit(width: number, wanted: Wanted): Fitted {
  const { movement } = wanted;
  let left = width - RANK - (movement ? MOVEMENT : 0) - NAME - TOTAL - STAR;
  const take = (wish: boolean, size: number): boolean => {
    if (!wish) return false;
    // What does not fit ends the row: nothing less important may take its room.
    left = left >= size ? left - size : -1;
    return left >= 0;
  };
  // In the order of what a spectator misses most.
  const awards = take(wanted.awards, AWARD);
  const bars = take(wanted.bars, BAR);
  const organisation = take(true, ORGANISATION);
  const gaps = take(wanted.gaps, GAP);
  const scores = Math.max(0, Math.min(wanted.scores, Math.floor(left / SCORE)));
  const template = [
    `${RANK}px`,
    movement ? `${MOVEMENT}px` : '',
    `minmax(${NAME}px, 4fr)`,
    organisation ? `minmax(${ORGANISATION}px, 2fr)` : '',
    scores > 0 ? `repeat(${scores}, ${SCORE}px)` : '',
    awards ? `${AWARD}px` : '',
    bars ? `${BAR}px` : '',
    `${TOTAL}px`,
    gaps ? `${GAP}px` : '',
    `${STAR}px`,
  ];
  return { scores, movement, bars, awards, gaps, organisation, template: template.filter(Boolean).join(' ') };
}
