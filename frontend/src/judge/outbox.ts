/**
 * The tablet's own book. A mark is written here, with strict durability, before anything says «saved»; it stays
 * here when it is acknowledged. Nothing here knows the network.
 */

import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { MarkLine, Sheet, Welcome } from '$lib/wire/live';
import { replacedBy, slotOf, type KeptMark, type MarkDraft } from './model';

/** The seat this tablet was paired with. */
export interface KeptDevice {
  readonly device: string;
  readonly token: string;
  readonly seat: string;
  readonly paired_at: string;
}

interface Shelves extends DBSchema {
  marks: { key: string; value: KeptMark; indexes: { slot: string; waiting: [string, string] } };
  sheets: { key: string; value: Sheet };
  head: { key: 'device' | 'welcome' | 'next'; value: KeptDevice | Welcome | { device: string; next: number } };
}

/** The verdict on one mark, as it came from the server. */
export type Verdict = Pick<KeptMark, 'mark' | 'state' | 'seq' | 'link' | 'at' | 'because' | 'params' | 'head' | 'path'>;

const STRICT = { durability: 'strict' } as const;

/** Makes a key that nobody made before; `crypto.randomUUID` is missing where the address is not secure. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export class Outbox {
  private constructor(private readonly shelves: IDBPDatabase<Shelves>) {}

  /** Opens the book. `lost` is called when the browser takes it away while the page is open. */
  static async open(lost: () => void = () => undefined, name = 'jiangsai-judge'): Promise<Outbox> {
    const shelves = await openDB<Shelves>(name, 1, {
      upgrade(fresh) {
        const marks = fresh.createObjectStore('marks', { keyPath: 'mark' });
        marks.createIndex('slot', 'slot');
        marks.createIndex('waiting', ['device', 'state']);
        fresh.createObjectStore('sheets', { keyPath: 'session' });
        fresh.createObjectStore('head');
      },
      blocking: (_now, _next, event) => (event.target as IDBDatabase).close(),
      terminated: lost,
    });
    return new Outbox(shelves);
  }

  close(): void {
    this.shelves.close();
  }

  /**
   * Writes a mark: its key, its number and what it replaces are made here, in the same transaction, so that two
   * taps or two tabs never share a number. Returns only after the commit; throws when nothing was kept.
   */
  async keep(draft: MarkDraft, device: string, server: readonly MarkLine[], now = new Date()): Promise<KeptMark> {
    const work = this.shelves.transaction(['marks', 'head'], 'readwrite', STRICT);
    const done = work.done;
    done.catch(() => undefined); // an abort is reported once, by the await below
    const [marks, head] = [work.objectStore('marks'), work.objectStore('head')];
    const slot = slotOf(draft.session, draft.entry, draft.aspect);
    const [known, counter] = await Promise.all([marks.index('slot').getAll(slot), head.get('next')]);
    const own = known.filter((mark) => mark.device === device);
    const next = counter && 'next' in counter && counter.device === device ? counter.next : 1;
    const mark: KeptMark = {
      ...draft,
      mark: newKey(),
      device,
      device_seq: next,
      slot,
      replaces: replacedBy(own, server),
      made_at: now.toISOString(),
      state: 'saved',
      seq: null,
      link: '',
      at: '',
      because: '',
      params: {},
    };
    await Promise.all([marks.add(mark), head.put({ device, next: next + 1 }, 'next')]);
    await done;
    return mark;
  }

  /** Raises the next number to what the server has not seen; it never falls. */
  async raiseNext(device: string, next: number): Promise<void> {
    const work = this.shelves.transaction('head', 'readwrite', STRICT);
    const counter = await work.store.get('next');
    const own = counter && 'next' in counter && counter.device === device ? counter.next : 1;
    await work.store.put({ device, next: Math.max(own, next) }, 'next');
    await work.done;
  }

  /**
   * Writes verdicts down; a mark that has this receipt already is left as it is. Another receipt takes its stead: a
   * server that was put back to an older copy has stored the mark anew. Returns the changed marks.
   */
  async settle(verdicts: readonly Verdict[]): Promise<KeptMark[]> {
    const work = this.shelves.transaction('marks', 'readwrite', STRICT);
    const changed: KeptMark[] = [];
    for (const verdict of verdicts) {
      const mark = await work.store.get(verdict.mark);
      if (!mark || (mark.state === 'stored' && (verdict.state === 'refused' || verdict.link === mark.link))) continue;
      const settled = { ...mark, ...verdict };
      changed.push(settled);
      await work.store.put(settled);
    }
    await work.done;
    return changed;
  }

  /**
   * The server has seen no number of this device from `next` on: what it had acknowledged there is lost to it, and
   * waits again. The old link stays, as evidence. Returns the changed marks.
   */
  async unsettle(device: string, next: number): Promise<KeptMark[]> {
    const work = this.shelves.transaction('marks', 'readwrite', STRICT);
    const changed: KeptMark[] = [];
    for (const mark of await work.store.getAll()) {
      if (mark.device !== device || mark.device_seq < next || mark.seq === null) continue;
      const waiting: KeptMark = { ...mark, state: 'saved', seq: null, at: '', because: '' };
      changed.push(waiting);
      await work.store.put(waiting);
    }
    await work.done;
    return changed;
  }

  /** The marks of this device that wait to be sent, in the order they were made. */
  async waiting(device: string): Promise<KeptMark[]> {
    const found = await this.shelves.getAllFromIndex('marks', 'waiting', [device, 'saved']);
    return found.sort((a, b) => a.device_seq - b.device_seq);
  }

  /** Marks of an earlier seat that were given to the chief judge as a file: kept, but no longer waiting. */
  async handedIn(device: string): Promise<void> {
    const work = this.shelves.transaction('marks', 'readwrite', STRICT);
    for (const mark of await work.store.getAll()) {
      if (mark.state !== 'saved' || mark.device === device) continue;
      await work.store.put({ ...mark, state: 'refused', because: 'handed_in' });
    }
    await work.done;
  }

  all(): Promise<KeptMark[]> {
    return this.shelves.getAll('marks');
  }

  async device(): Promise<KeptDevice | undefined> {
    return (await this.shelves.get('head', 'device')) as KeptDevice | undefined;
  }

  /** Takes a new seat. The marks of an earlier one stay. */
  async takeSeat(device: KeptDevice): Promise<void> {
    const work = this.shelves.transaction(['head', 'sheets'], 'readwrite', STRICT);
    await Promise.all([
      work.objectStore('head').put(device, 'device'),
      work.objectStore('head').delete('welcome'),
      work.objectStore('sheets').clear(),
    ]);
    await work.done;
  }

  /** Forgets seat and sheets. The marks stay on the tablet. */
  async leaveSeat(): Promise<void> {
    const work = this.shelves.transaction(['head', 'sheets'], 'readwrite', STRICT);
    await Promise.all([
      work.objectStore('head').delete('device'),
      work.objectStore('head').delete('welcome'),
      work.objectStore('sheets').clear(),
    ]);
    await work.done;
  }

  async welcome(): Promise<Welcome | undefined> {
    return (await this.shelves.get('head', 'welcome')) as Welcome | undefined;
  }

  async keepWelcome(welcome: Welcome): Promise<void> {
    await this.shelves.put('head', welcome, 'welcome');
  }

  sheets(): Promise<Sheet[]> {
    return this.shelves.getAll('sheets');
  }

  async keepSheet(sheet: Sheet): Promise<void> {
    await this.shelves.put('sheets', sheet);
  }
}
