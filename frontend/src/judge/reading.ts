/** How marks and places read: limits, values, words for why there is none. */

import { sentenceOf } from '$lib/errors';
import { nameOf } from '$lib/i18n.svelte';
import { printThousandths } from '$lib/numbers';
import { clockTime } from '$lib/times';
import type { AspectCard, EntryLine, Sheet } from '$lib/wire/live';
import type { MarkKind, SlotView } from './model';
import { t } from './words';

/** Why a value is not allowed, in words with the limits; null when it is. */
export function problemWith(card: AspectCard, value: number): string | null {
  const print = (one: number): string => printThousandths(one, card.places);
  const said = print(value);
  if (card.low !== null && value < card.low) return t('too_low', { value: said, low: print(card.low) });
  if (card.high !== null && value > card.high) return t('too_high', { value: said, high: print(card.high) });
  if ((value - (card.low ?? 0)) % card.step !== 0) return t('off_step', { value: said, step: print(card.step) });
  return null;
}

export const unitOf = (card: AspectCard): string => nameOf(card.unit, card.unit_en ?? '');
export const hintOf = (card: AspectCard): string => nameOf(card.hint ?? '', card.hint_en ?? '');

export function limitsOf(card: AspectCard): string {
  const [low, high] = [card.low, card.high].map((one) => (one === null ? null : printThousandths(one, card.places)));
  const step = printThousandths(card.step, card.places);
  const unit = card.unit ? ` ${unitOf(card)}` : '';
  if (low === null && high === null) return t('any_number') + unit;
  if (low === null) return t('at_most', { high: high ?? '' }) + unit;
  if (high === null) return t('at_least', { low: low ?? '' }) + unit;
  const stepped = card.step !== 1 && card.step !== 1000;
  return (stepped ? t('limits_step', { low: low ?? '', high: high ?? '', step }) : t('limits', { low: low ?? '', high: high ?? '' })) + unit;
}

/** A mark in words: the number, the words of the choice, or why there is none. */
export function sayMark(card: AspectCard | undefined, kind: MarkKind, value: number | null): string {
  if (kind !== 'entered') return t(kind);
  if (value === null) return t('unmarked');
  const choice = card && card.view !== 'judgement' ? card.choices.find((one) => one.value === value) : undefined;
  if (choice) return nameOf(choice.label, choice.label_en ?? '');
  const printed = printThousandths(value, card?.places ?? 0);
  return card?.unit ? `${printed} ${unitOf(card)}` : printed;
}

/** What stands behind the word of a state: number and time, or the reason. */
export function detailOf(view: SlotView, card: AspectCard): string {
  if (view.state === 'stored') return view.seq === null ? '' : `#${view.seq} · ${clockTime(view.at)}`;
  if (view.state !== 'pending' && view.state !== 'refused') return '';
  const counts = view.counting && view.counting.kind !== 'erased' ? view.counting : null;
  const now = counts ? t('counting', { value: sayMark(card, counts.kind, counts.value) }) : '';
  return [reasonOf(view.because, view.params), now].filter(Boolean).join(' · ');
}

const BECAUSE = {
  session_locked: 'because_session_locked',
  not_newest: 'because_not_newest',
  seat_revoked: 'because_seat_revoked',
  declined: 'because_declined',
  handed_in: 'because_handed_in',
} as const;

export function reasonOf(because: string, params: Readonly<Record<string, string | number>>): string {
  const key = BECAUSE[because as keyof typeof BECAUSE];
  return key ? t(key) : sentenceOf(because, params) || because;
}

/** What a veto costs when it is marked; empty for everything else. */
export function costOf(card: AspectCard): string {
  if (!card.veto) return '';
  return card.veto === 'zero' ? t('veto_zero', { name: nameOf(card.strikes ?? '', card.strikes_en ?? '') }) : t('veto_unranked');
}

/** The mark that strikes, where there is one; it is asked about before it is kept. */
export const strikes = (card: AspectCard, value: number | null): boolean => Boolean(card.veto) && value !== null && value !== 0;

/** What a card is called under the heading of its group, which is not said again: «第 1 轮» under «抢答题». */
export function shortName(card: AspectCard): string {
  const [name, group] = [aspectName(card), groupName(card)];
  const rest = group && name.startsWith(group) ? name.slice(group.length).replace(/^[\s,，]+/, '') : name;
  const turn = / 第 \d+ [次轮]$|, (?:attempt|round) \d+$/.exec(group)?.[0] ?? '';
  const short = turn && rest.endsWith(turn) ? rest.slice(0, -turn.length) : rest;
  return short ? short.charAt(0).toUpperCase() + short.slice(1) : name;
}

/** What all cards of a group say alike, to be said once; empty where they differ or stand alone. */
export function sharedHint(cards: readonly AspectCard[]): string {
  const said = new Set(cards.map((card) => [hintOf(card), limitsOf(card)].filter(Boolean).join(' · ')));
  return cards.length > 1 && said.size === 1 ? ([...said][0] ?? '') : '';
}

export const aspectName = (card: AspectCard): string => nameOf(card.name, card.name_en);
export const groupName = (card: AspectCard): string => nameOf(card.group, card.group_en);

/** Who is marked, in one line: station or bib first, the name where it may be known. */
export function entryName(entry: EntryLine): string {
  return [entry.label, entry.name].filter(Boolean).join(' ');
}

const OUT = { withdrawn: 'withdrawn', not_started: 'not_started', not_finished: 'not_finished', disqualified: 'disqualified' } as const;

/** The word for an entry that is out of the competition; empty for one that competes. */
export function statusOf(entry: EntryLine): string {
  const key = OUT[entry.status as keyof typeof OUT];
  return key ? t(key) : '';
}

/** Whether a sheet is open as long as this has no answer: what is imported or given only where there is a case is not. */
export const mustBeMarked = (card: AspectCard): boolean => card.view !== 'imported' && !card.optional;

/** Aspects that are marked here; imported ones are only shown. */
export const markedHere = (sheet: Sheet): AspectCard[] => sheet.aspects.filter((card) => card.view !== 'imported');
