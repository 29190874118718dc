/** How many places of a sheet hold an answer, per competitor, per aspect and in all; kept up to date tap by tap. */

import { SvelteMap } from 'svelte/reactivity';
import type { Sheet } from '$lib/wire/live';
import { mustBeMarked } from './reading';

export interface Progress {
  readonly done: number;
  readonly all: number;
}

export class Tally {
  #marked = new Set<string>();
  #counts = new SvelteMap<string, number>();

  /** Notes whether a place holds an answer now; what need not have one or is no longer on the sheet is not counted. */
  note(slot: string, marked: boolean): void {
    if (this.#marked.has(slot) === marked) return;
    if (marked) this.#marked.add(slot);
    else this.#marked.delete(slot);
    const [session = '', entry = '', aspect = ''] = slot.split('|');
    for (const key of [session, `${session}|e|${entry}`, `${session}|a|${aspect}`]) {
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + (marked ? 1 : -1));
    }
  }

  clear(): void {
    this.#marked.clear();
    this.#counts.clear();
  }

  whole(sheet: Sheet): Progress {
    return { done: this.#counts.get(sheet.session) ?? 0, all: sheet.entries.length * required(sheet) };
  }

  ofEntry(sheet: Sheet, entry: string): Progress {
    return { done: this.#counts.get(`${sheet.session}|e|${entry}`) ?? 0, all: required(sheet) };
  }

  ofAspect(sheet: Sheet, aspect: string): Progress {
    const open = sheet.aspects.some((card) => card.aspect === aspect && mustBeMarked(card));
    return { done: this.#counts.get(`${sheet.session}|a|${aspect}`) ?? 0, all: open ? sheet.entries.length : 0 };
  }
}

/** Sheets are replaced and never changed, and a tap asks this once for each of their entries. */
const counted = new WeakMap<Sheet, number>();

function required(sheet: Sheet): number {
  const known = counted.get(sheet) ?? sheet.aspects.filter(mustBeMarked).length;
  counted.set(sheet, known);
  return known;
}
