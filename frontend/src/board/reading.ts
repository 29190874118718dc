/** How the parts of a row are read: pure words and shapes, no numbers are made here. */
import { language, nameOf } from '$lib/i18n.svelte';
import type { AwardName, Column, Row } from '$lib/wire/live';
import { t } from './words';

/** The rank as lists print it: 3, =3, or a dash while there is none. */
export function rankText(row: Row): string {
  if (row.rank === null) return '–';
  return row.shared ? `=${row.rank}` : String(row.rank);
}

export function rankWords(row: Row): string {
  if (row.rank === null) return t('not_ranked');
  return t(row.shared ? 'tied' : 'place_rank', { n: row.rank });
}

const STATUSES = ['withdrawn', 'not_started', 'not_finished', 'disqualified', 'out_of_competition'] as const;

/**
 * The word for an entry's status, or for why one that competes gets no rank; empty for one that simply competes,
 * the code itself for one we do not know.
 */
export function statusText(status: string, unranked = ''): string {
  if (unranked !== '' && status === 'entered') return t(unranked === 'no_result' ? 'no_result' : 'barred');
  if (status === 'entered' || status === '') return '';
  const word = STATUSES.find((name) => name === status);
  return word ? t(word) : status;
}

/** Whether an entry goes on from the stage that is shown; empty where there are no stages. */
export function advanceText(row: Row): string {
  if (row.status !== 'entered') return '';
  if (row.advance === 'through' || row.advance === 'possible' || row.advance === 'out') return t(`advance_${row.advance}`);
  return '';
}

/** Where a row stands in its stage, and its organisation: whatever is cut off for want of room comes last. */
export function besideText(row: Row): string {
  return [advanceText(row), row.organisation].filter(Boolean).join(' · ');
}

type AwardWord =
  'first_prize' | 'second_prize' | 'third_prize' | 'gold' | 'silver' | 'bronze' | 'excellence' | 'merit';

const AWARDS: ReadonlyMap<string, AwardWord> = new Map([
  ['first', 'first_prize'],
  ['first_prize', 'first_prize'],
  ['second', 'second_prize'],
  ['second_prize', 'second_prize'],
  ['third', 'third_prize'],
  ['third_prize', 'third_prize'],
  ['gold', 'gold'],
  ['silver', 'silver'],
  ['bronze', 'bronze'],
  ['excellence', 'excellence'],
  ['merit', 'merit'],
]);

/** The name of an award: as the scheme names it; where it has no English, the usual word if there is one. */
export function awardText(award: string, named: readonly AwardName[]): string {
  const own = named.find((one) => one.award === award);
  if (own?.name && (own.name_en || language() === 'zh')) return nameOf(own.name, own.name_en);
  const word = AWARDS.get(award);
  return word ? t(word) : (own?.name ?? award);
}

/** Which metal an award is drawn with, if any. */
export function metalOf(award: string): 'gold' | 'silver' | 'bronze' | null {
  const word = AWARDS.get(award);
  if (word === 'first_prize' || word === 'gold') return 'gold';
  if (word === 'second_prize' || word === 'silver') return 'silver';
  return word === 'third_prize' || word === 'bronze' ? 'bronze' : null;
}

/** The row before which ranked rows end, or -1 when all are ranked, none is, or they are mixed. */
export function dividerOf(rows: readonly Row[]): number {
  const first = rows.findIndex((row) => row.rank === null);
  if (first <= 0) return -1;
  for (let index = first; index < rows.length; index += 1) if (rows[index]?.rank != null) return -1;
  return first;
}

/** How far a column is below the total: 1 stands in the row, deeper ones are seen when it is opened. */
export function depthOf(column: Column): number {
  return column.depth ?? 1;
}

/** Whether a row answers to what was typed: every word must be in its name, organisation or number. */
export function answersTo(row: Row, typed: string): boolean {
  const words = typed.trim().toLowerCase().split(/\s+/);
  const text = `${row.name} ${row.organisation} ${row.label}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Whether all of its own is marked while its total still waits for others: they set the scale, or the cut before it. */
export function waits(row: Row): boolean {
  return row.status === 'entered' && !row.unranked && row.total === null && row.aspects > 0 && row.complete === row.aspects;
}

/** Whether the smaller number wins, as with times: then the best that is still possible lies below the worst. */
export function lowWins(rows: readonly Row[]): boolean {
  return rows.some((row) => row.best !== null && row.worst !== null && Number(row.best) < Number(row.worst));
}

/** The totals between which a row can still end, the smaller first; null where that is not known. */
export function rangeOf(row: Row): readonly [string, string] | null {
  if (row.best === null || row.worst === null) return null;
  return Number(row.best) < Number(row.worst) ? [row.best, row.worst] : [row.worst, row.best];
}

/** What a row has so far; a dash before anything is marked, and where little is not little but good. */
export function soFar(row: Row): string {
  return row.complete > 0 && !lowWins([row]) ? row.points : '–';
}

/** Why nobody has a rank yet. */
export function noRanksText(rows: readonly Row[]): string {
  return t(rows.some(waits) ? 'waits_for_others' : 'no_ranks_yet');
}

/** Where the drawn bar of a row begins its hatching and where it ends, as shares of the widest. */
export interface Bar {
  solid: number;
  open: number;
}

/**
 * The bars of all rows share one scale: the best total that is still possible. Drawn only, never printed; 0 where a
 * longer bar would be the worse.
 */
export function scaleOf(rows: readonly Row[]): number {
  if (lowWins(rows)) return 0;
  let most = 0;
  for (const row of rows) most = Math.max(most, Number(row.best ?? row.total ?? row.points) || 0);
  return most;
}

export function barOf(row: Row, scale: number): Bar | null {
  if (scale <= 0) return null;
  const share = (printed: string | null): number => Math.min(1, Math.max(0, (Number(printed) || 0) / scale));
  if (row.total !== null) return { solid: share(row.total), open: share(row.total) };
  if (row.best === null || row.worst === null) return null;
  return { solid: share(row.worst), open: share(row.best) };
}
