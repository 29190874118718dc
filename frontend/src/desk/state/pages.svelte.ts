import type { Page } from '../types';
import { Reading } from './reading.svelte';

/** A long list that the server searches and cuts into pages. */
export class PagedList<Row> {
  search = $state('');
  offset = $state(0);
  readonly size: number;
  readonly reading: Reading<Page<Row>>;
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor(read: (search: string, offset: number, limit: number) => Promise<Page<Row>>, size = 50) {
    this.size = size;
    this.reading = new Reading(() => read(this.search.trim(), this.offset, size));
  }

  get rows(): readonly Row[] {
    return this.reading.value?.rows ?? [];
  }

  get total(): number {
    return this.reading.value?.total ?? 0;
  }

  get from(): number {
    return this.total === 0 ? 0 : this.offset + 1;
  }

  get to(): number {
    return Math.min(this.offset + this.rows.length, this.total);
  }

  /** Search a moment after the last key. */
  look(search: string): void {
    this.search = search;
    this.offset = 0;
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.reading.load(), 200);
  }

  async turn(pages: number): Promise<void> {
    this.offset = Math.max(0, this.offset + pages * this.size);
    await this.reading.load();
  }
}
