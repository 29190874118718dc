/** Seats as lines of text: one judge a line. */
import type { Seat } from './types';

export interface SeatWanted {
  judge_name: string;
  seat?: string;
}

/** The seats that a text of names asks for. Lines keep the seats they had, so that tablets and marks stay. */
export function seatsFrom(text: string, before: readonly Seat[]): SeatWanted[] {
  const names = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const free = [...before].sort((a, b) => a.number - b.number);
  const bySame = names.map((name) => {
    const place = free.findIndex((seat) => seat.judge_name === name);
    return place < 0 ? null : (free.splice(place, 1)[0] ?? null);
  });
  return names.map((judge_name, place) => {
    // A changed name takes the seat that stood in this line, if nobody else kept it.
    const kept = bySame[place] ?? takeNumber(free, place + 1);
    return kept ? { judge_name, seat: kept.id } : { judge_name };
  });
}

function takeNumber(free: Seat[], number: number): Seat | null {
  const place = free.findIndex((seat) => seat.number === number);
  return place < 0 ? null : (free.splice(place, 1)[0] ?? null);
}
