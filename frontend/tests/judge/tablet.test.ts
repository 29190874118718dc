import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FromSeat, ToSeat } from '$lib/wire/live';
import { Outbox } from '../../src/judge/outbox';
import { Tablet } from '../../src/judge/tablet.svelte';
import { exportUnsent } from '../../src/judge/takealong';
import { card, DEVICE, draft, line, sheet, welcome } from './builders';

/** The other end of the wire, as the test wants it. */
class Server {
  static now: Server;
  readyState = 1;
  said: FromSeat[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor() {
    Server.now = this;
    queueMicrotask(() => this.onopen?.());
  }
  send(text: string): void {
    this.said.push(JSON.parse(text) as FromSeat);
  }
  close(): void {
    this.readyState = 3;
  }
  says(message: ToSeat): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  marks(): string[] {
    return this.said.flatMap((message) => (message.type === 'enter_marks' ? message.marks.map((mark) => mark.mark) : []));
  }
}

let count = 0;
let outbox: Outbox;
let tablet: Tablet;
const name = (): string => `tablet-${count}`;
const SLOT = 's|e|a';

/** Lets everything happen that is under way; on a slow machine each turn brings the database on by one step only. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await new Promise((done) => setTimeout(done, 0));
}

async function begin(): Promise<void> {
  outbox = await Outbox.open(undefined, name());
  tablet = new Tablet(outbox, 'build');
  await tablet.load();
}

async function connect(): Promise<void> {
  tablet.connect();
  await settled();
  Server.now.says(welcome());
  Server.now.says(sheet());
  await settled();
}

beforeEach(async () => {
  count += 1;
  vi.stubGlobal('WebSocket', Object.assign(Server, { OPEN: 1 }));
  await begin();
  await outbox.takeSeat({ device: DEVICE, token: 'secret-token', seat: 'seat', paired_at: '' });
  await tablet.load();
});
afterEach(() => {
  tablet.disconnect();
  outbox.close();
  vi.unstubAllGlobals();
});

describe('a tablet', () => {
  it('says who it is, and stores a mark only on the receipt', async () => {
    await connect();
    expect(Server.now.said[0]).toMatchObject({ type: 'hello', token: 'secret-token' });
    expect(await tablet.mark(draft(8500))).toBe(true);
    expect([tablet.slots.get(SLOT)?.state, tablet.unsent.length]).toEqual(['sending', 1]);
    const [mark = ''] = Server.now.marks();
    Server.now.says({ type: 'marks_stored', receipts: [{ mark, device_seq: 1, seq: 77, link: 'l', at: 't', standing: 'counts' }] });
    await settled();
    expect(tablet.slots.get(SLOT)).toMatchObject({ state: 'stored', seq: 77, value: 8500 });
    expect(tablet.unsent).toEqual([]);
  });

  it('counts what is marked on the sheet: not what is imported, erased or no longer planned', async () => {
    await connect();
    const aspects = [card(), card({ aspect: 'b' }), card({ aspect: 'i', view: 'imported' })];
    const marks = [line('m1', 5, { aspect: 'b' }), line('m2', 6, { aspect: 'i' })];
    Server.now.says(sheet({ aspects, marks }));
    await tablet.mark(draft(8500));
    const progress = () => tablet.tally.whole(tablet.sheets.get('s') ?? sheet());
    expect(progress()).toEqual({ done: 2, all: 2 });
    await tablet.mark(draft(null, { kind: 'erased' }));
    expect(progress()).toEqual({ done: 1, all: 2 });
    Server.now.says(sheet({ aspects: [card()], marks }));
    expect(progress()).toEqual({ done: 0, all: 1 });
  });

  it('shows its sheets and marks without any network', async () => {
    await connect();
    await tablet.mark(draft(8500));
    tablet.disconnect();
    outbox.close();
    await begin();
    expect([tablet.sheets.get('s')?.name, tablet.slots.get(SLOT)?.state, tablet.welcome?.judge_name]).toEqual([
      '第一场',
      'saved',
      '王建国',
    ]);
  });

  it('sends what it kept after a restart with the same key', async () => {
    await connect();
    await tablet.mark(draft(8500));
    const before = Server.now.marks();
    tablet.disconnect();
    outbox.close();
    await begin();
    await connect();
    expect(Server.now.marks()).toEqual(before);
  });

  it('says sending no longer when the connection is lost', async () => {
    await connect();
    await tablet.mark(draft(8500));
    Server.now.onclose?.();
    expect(tablet.slots.get(SLOT)?.state).toBe('saved');
  });

  it('never says saved when the browser kept nothing', async () => {
    await connect();
    vi.spyOn(outbox, 'keep').mockRejectedValue(new Error('QuotaExceededError'));
    expect(await tablet.mark(draft(8500))).toBe(false);
    expect([tablet.notKept, tablet.slots.get(SLOT), Server.now.marks()]).toEqual(['full', null, []]);
  });

  it('keeps its marks and stops when the seat is revoked', async () => {
    await connect();
    await tablet.mark(draft(8500));
    Server.now.says({ type: 'goodbye', code: 'seat_revoked' });
    expect([tablet.ended, tablet.unsent.length, tablet.slots.get(SLOT)?.state]).toEqual(['seat_revoked', 1, 'saved']);
  });

  it('brings back what a server that was put back to an older copy has lost, and never calls it stored meanwhile', async () => {
    await connect();
    for (const value of [7000, 7500, 8000]) await tablet.mark(draft(value));
    const marks = Server.now.marks();
    const receipts = marks.map((mark, at) => ({ mark, device_seq: at + 1, seq: at + 5, link: `l${at}`, at: 't', standing: 'counts' }));
    Server.now.says({ type: 'marks_stored', receipts });
    await settled();
    expect([tablet.slots.get(SLOT)?.state, tablet.unsent.length]).toEqual(['stored', 0]);
    Server.now.onclose?.();
    tablet.socket.retry();
    await settled();
    Server.now.says(welcome({ next_device_seq: 2 }));
    await settled();
    expect([Server.now.marks(), tablet.slots.get(SLOT)?.state, tablet.unsent.length]).toEqual([marks.slice(1), 'sending', 2]);
    Server.now.says({ type: 'marks_stored', receipts: receipts.slice(1).map((one) => ({ ...one, seq: one.seq - 3, link: 'new' })) });
    await settled();
    expect([tablet.slots.get(SLOT)?.state, tablet.slots.get(SLOT)?.seq, tablet.unsent.length]).toEqual(['stored', 4, 0]);
  });

  it('sends everything from the number that the server misses, and what it misses is not called unsent', async () => {
    await connect();
    for (const value of [7000, 7500, 8000]) await tablet.mark(draft(value));
    const marks = Server.now.marks();
    const receipts = marks.map((mark, at) => ({ mark, device_seq: at + 1, seq: at + 5, link: `l${at}`, at: 't', standing: 'counts' }));
    Server.now.says({ type: 'marks_stored', receipts });
    await settled();
    Server.now.says({ type: 'send_from', device_seq: 2 });
    expect([Server.now.marks().slice(3), tablet.unsent.length, tablet.slots.get(SLOT)?.state]).toEqual([marks.slice(1), 0, 'stored']);
  });

  it('keeps back what it holds of a session that an older copy has not opened yet, until it is opened', async () => {
    await connect();
    await tablet.mark(draft(8500));
    const [mark = ''] = Server.now.marks();
    Server.now.says({ type: 'marks_stored', receipts: [{ mark, device_seq: 1, seq: 5, link: 'l', at: 't', standing: 'counts' }] });
    await settled();
    Server.now.onclose?.();
    tablet.socket.retry();
    await settled();
    const planned = [{ session: 's', name: '第一场', room: '', starts_at: '', state: 'planned' }];
    Server.now.says(welcome({ sessions: planned }));
    await settled();
    expect([Server.now.marks(), tablet.unsent.length]).toEqual([[], 1]);
    Server.now.says({ type: 'session_changed', session: 's', name: '第一场', state: 'opened' });
    await vi.waitFor(() => expect(Server.now.marks()).toEqual([mark]), 5000);
  });

  it('goes on delivering when its seat was handed over, and marks no more', async () => {
    await connect();
    await tablet.mark(draft(8500));
    Server.now.says({ type: 'seat_lost', reason: 'handed_over', at: 't' });
    const [mark = ''] = Server.now.marks();
    const receipt = { mark, device_seq: 1, seq: 9, link: 'l', at: 't', standing: 'pending', because: 'seat_revoked' };
    Server.now.says({ type: 'marks_stored', receipts: [receipt] });
    await settled();
    expect([tablet.ended, tablet.slots.get(SLOT)?.state, tablet.unsent.length]).toEqual(['seat_revoked', 'pending', 0]);
  });

  it('comes again after it was revoked, only to deliver, and leaves when that is done', async () => {
    await connect();
    await tablet.mark(draft(8500));
    Server.now.says({ type: 'seat_lost', reason: 'revoked', at: 't' });
    Server.now.says({ type: 'goodbye', code: 'seat_revoked' });
    await settled();
    Server.now.says(welcome({ holds: false, sessions: [], judge_name: '' }));
    await settled();
    const [mark = ''] = Server.now.marks();
    expect([mark === '', tablet.welcome?.judge_name, tablet.ended]).toEqual([false, '王建国', 'seat_revoked']);
    const receipt = { mark, device_seq: 1, seq: 9, link: 'l', at: 't', standing: 'pending', because: 'seat_revoked' };
    Server.now.says({ type: 'marks_stored', receipts: [receipt] });
    await settled();
    expect([Server.now.readyState, tablet.unsent.length, tablet.ended]).toEqual([3, 0, 'seat_revoked']);
  });

  it('knows where it is asked to mark again, and where no longer', async () => {
    await connect();
    const call = { type: 'remark_called', session: 's', entry: 'e', aspect: 'a', reason: 'spread', at: 't' } as const;
    Server.now.says(call);
    expect([...tablet.calls.keys()]).toEqual([SLOT]);
    Server.now.says({ ...call, open: false });
    expect(tablet.calls.size).toBe(0);
  });

  it('measures how far its clock is off on both ends, so that the way of the messages falls out', async () => {
    await connect();
    const at = new Date(Date.now() - 90_000 - 400).toISOString(); // the beat came 0.4 s ago, ours is 90 s ahead
    Server.now.says({ type: 'beat', at, skew_ms: 90_000 - 400 });
    expect(Math.round((tablet.skew ?? 0) / 1000)).toBe(90);
  });

  it('yields to another page only when it is told three times: late hellos of its own may have said it', async () => {
    await connect();
    for (let turn = 0; turn < 2; turn += 1) {
      Server.now.says({ type: 'goodbye', code: 'opened_elsewhere' });
      Server.now.onclose?.();
      expect(tablet.ended).toBe('');
      tablet.socket.retry();
      await settled();
      Server.now.says(welcome());
      await settled();
      expect(tablet.socket.state).toBe('live');
    }
    Server.now.says({ type: 'goodbye', code: 'opened_elsewhere' });
    expect([tablet.ended, tablet.socket.state]).toEqual(['opened_elsewhere', 'offline']);
  });

  it('cannot leave its seat while a mark is unsent', async () => {
    await tablet.mark(draft(8500));
    expect(await tablet.leaveSeat()).toBe(false);
    expect(tablet.device?.device).toBe(DEVICE);
  });

  it('shows marks of an earlier seat as left over, and never sends them under the new one', async () => {
    await tablet.mark(draft(8500));
    await tablet.takeSeat({ device: 'new', token: 'another-token', seat: 'seat2', paired_at: '' });
    await settled();
    Server.now.says(welcome({ device: 'new' }));
    await settled();
    expect([tablet.leftOver.length, tablet.unsentInAll, Server.now.marks()]).toEqual([1, 1, []]);
  });

  it('asks for the sheet again when it learns that another mark stood there', async () => {
    await connect();
    tablet.openSheet('s');
    await tablet.mark(draft(8500));
    const [mark = ''] = Server.now.marks();
    const asked = (): number => Server.now.said.filter((message) => message.type === 'open_sheet').length;
    const before = asked();
    const receipt = { mark, device_seq: 1, seq: 9, link: '', at: '', standing: 'pending', because: 'not_newest' };
    Server.now.says({ type: 'marks_stored', receipts: [receipt] });
    await settled();
    expect([tablet.slots.get(SLOT)?.state, asked()]).toEqual(['pending', before + 1]);
  });

  it('exports what is unsent, without its token', async () => {
    await tablet.mark(draft(8500));
    const told = JSON.parse(await exportUnsent(tablet).text()) as { marks: unknown[]; device: Record<string, string> };
    expect(told).toMatchObject({ receipts: [] });
    expect([told.marks.length, told.device['device'], 'token' in told.device]).toEqual([1, DEVICE, false]);
  });
});
