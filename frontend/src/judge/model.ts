/** What the tablet keeps of a mark, and how a place on the sheet reads from it. */

import type { MarkEntry, MarkLine, SignedHead } from '$lib/wire/live';
import type { MarkState } from '$lib/parts/StateChip.svelte';

/** What a mark says: a value, or why there is none. */
export type MarkKind = 'entered' | 'absent' | 'not_attempted' | 'erased';

/** A mark as it lies on the tablet. Key and number are made once, at the tap, and never change. */
export interface KeptMark {
  readonly mark: string;
  readonly device: string;
  readonly device_seq: number;
  readonly session: string;
  readonly entry: string;
  readonly aspect: string;
  /** `session|entry|aspect`. */
  readonly slot: string;
  readonly kind: MarkKind;
  readonly value: number | null;
  readonly replaces: string | null;
  readonly reason: string;
  readonly made_at: string;
  /** `sending` is never kept: after a restart the mark is simply saved and is sent again. */
  readonly state: Exclude<MarkState, 'sending'>;
  readonly seq: number | null;
  readonly link: string;
  readonly at: string;
  /** Why it is pending or refused: a code with its values. */
  readonly because: string;
  readonly params: Readonly<Record<string, string | number>>;
  /** The signed head that the receipt stands under, and the way from its link to that head's root. */
  readonly head?: SignedHead | undefined;
  readonly path?: readonly string[] | undefined;
}

/** What the judge does at a tap. */
export interface MarkDraft {
  readonly session: string;
  readonly entry: string;
  readonly aspect: string;
  readonly kind: MarkKind;
  readonly value: number | null;
  readonly reason: string;
}

/** What a place on the sheet shows. */
export interface SlotView {
  readonly kind: MarkKind;
  readonly value: number | null;
  readonly state: MarkState;
  readonly mark: string;
  readonly seq: number | null;
  readonly at: string;
  readonly because: string;
  readonly params: Readonly<Record<string, string | number>>;
  /** What counts on the server while the newest mark is pending or refused; null when nothing does. */
  readonly counting: { readonly kind: MarkKind; readonly value: number | null } | null;
}

export const slotOf = (session: string, entry: string, aspect: string): string => `${session}|${entry}|${aspect}`;

export function wireOf(mark: KeptMark): MarkEntry {
  const { device_seq, session, entry, aspect, kind, value, replaces, reason, made_at } = mark;
  return { mark: mark.mark, device_seq, session, entry, aspect, kind, value, replaces, reason, made_at };
}

const bySeq = (a: KeptMark, b: KeptMark): number => a.device_seq - b.device_seq;

/**
 * The revision a new mark replaces: the newest own mark of this place that waits or counts, or the one the server
 * says stands there. A pending or refused mark never counted, so nothing replaces it.
 */
export function replacedBy(local: readonly KeptMark[], server: readonly MarkLine[]): string | null {
  const waiting = local.filter((mark) => mark.state === 'saved').sort(bySeq);
  const newest = waiting[waiting.length - 1];
  if (newest) return newest.mark;
  const stored = local.filter((mark) => mark.state === 'stored').sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  const own = stored[stored.length - 1];
  const told = newestOf(server.filter((line) => line.standing === 'counts'));
  if (own && (!told || (own.seq ?? 0) >= told.seq)) return own.mark;
  return told?.mark ?? null;
}

const newestOf = (lines: readonly MarkLine[]): MarkLine | undefined =>
  lines.reduce<MarkLine | undefined>((best, line) => (best && best.seq > line.seq ? best : line), undefined);

/** The server knows something later about this place, or something else about the same mark. */
function newerThan(line: MarkLine, last: KeptMark): boolean {
  if (last.state === 'saved') return line.mark === last.mark;
  return line.mark === last.mark ? line.standing !== 'superseded' : last.seq !== null && line.seq > last.seq;
}

/** What a place shows: the judge's last act and its state, or what the server has. Null when nothing was marked. */
export function viewOf(
  local: readonly KeptMark[],
  server: readonly MarkLine[],
  sending: { has(mark: string): boolean },
): SlotView | null {
  const acts = [...local].sort(bySeq);
  const last = acts[acts.length - 1];
  const standsAs = replacedBy(local.filter((mark) => mark.state !== 'saved'), server);
  const own = local.find((mark) => mark.mark === standsAs);
  const stands = own ?? server.find((line) => line.mark === standsAs);
  const counting = stands ? { kind: stands.kind as MarkKind, value: stands.value } : null;

  const newest = newestOf(server);
  if (newest && (!last || newerThan(newest, last))) return serverView(newest, counting);
  if (!last) return null;
  return {
    kind: last.kind,
    value: last.value,
    state: last.state === 'saved' && sending.has(last.mark) ? 'sending' : last.state,
    mark: last.mark,
    seq: last.seq,
    at: last.at,
    because: last.because,
    params: last.params,
    counting,
  };
}

function serverView(line: MarkLine, counting: SlotView['counting']): SlotView {
  const declined = line.standing === 'declined';
  return {
    kind: line.kind as MarkKind,
    value: line.value,
    state: declined ? 'refused' : line.standing === 'pending' ? 'pending' : 'stored',
    mark: line.mark,
    seq: line.seq,
    at: line.at,
    because: declined ? 'declined' : '',
    params: {},
    counting,
  };
}

/** Whether a place holds an answer: a value, or a word why there is none. A refused mark is none. */
export function isMarked(view: SlotView | null | undefined): boolean {
  if (!view) return false;
  const said = view.state === 'refused' ? view.counting : view;
  return said !== null && said.kind !== 'erased';
}

/** What the inputs show as chosen: the last act, or what counts when the last act was refused. */
export function shownOf(view: SlotView | null | undefined): { kind: MarkKind; value: number | null } | null {
  if (!view) return null;
  const said = view.state === 'refused' ? view.counting : view;
  return said && said.kind !== 'erased' ? { kind: said.kind, value: said.value } : null;
}
