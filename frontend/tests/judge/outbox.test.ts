import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newKey, Outbox, type Verdict } from '../../src/judge/outbox';
import { DEVICE, draft, line, sheet } from './builders';

let name = 0;
let outbox: Outbox;
const reopened = async (): Promise<Outbox> => {
  outbox.close();
  outbox = await Outbox.open(undefined, `outbox-${name}`);
  return outbox;
};

function verdict(mark: string, more: Partial<Verdict> = {}): Verdict {
  return { mark, state: 'stored', seq: 7, link: 'l', at: 'then', because: '', params: {}, ...more };
}

describe('the outbox', () => {
  beforeEach(async () => {
    name += 1;
    outbox = await Outbox.open(undefined, `outbox-${name}`);
  });
  afterEach(() => outbox.close());

  it('keeps a mark through a restart, with the key and number made at the tap', async () => {
    const mark = await outbox.keep(draft(8500), DEVICE, [], new Date('2026-11-20T09:00:00Z'));
    expect(await (await reopened()).waiting(DEVICE)).toEqual([mark]);
    expect(mark).toMatchObject({ device_seq: 1, value: 8500, state: 'saved', replaces: null, made_at: '2026-11-20T09:00:00.000Z' });
  });

  it('numbers taps one after another, also when they come at once', async () => {
    const marks = await Promise.all([1, 2, 3, 4, 5].map((value) => outbox.keep(draft(value * 1000), DEVICE, [])));
    expect(marks.map((mark) => mark.device_seq).sort()).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(marks.map((mark) => mark.mark)).size).toBe(5);
  });

  it('chains the marks of one place, whether they are acknowledged or not', async () => {
    const first = await outbox.keep(draft(7000), DEVICE, []);
    const second = await outbox.keep(draft(7500), DEVICE, []);
    await outbox.settle([verdict(first.mark, { seq: 1 }), verdict(second.mark, { seq: 2 })]);
    const third = await outbox.keep(draft(8000), DEVICE, []);
    expect([second.replaces, third.replaces]).toEqual([first.mark, second.mark]);
  });

  it('chains to what the server says stands there', async () => {
    expect((await outbox.keep(draft(), DEVICE, [line('theirs', 12)])).replaces).toBe('theirs');
  });

  it('never chains across places or across seats', async () => {
    await outbox.keep(draft(), DEVICE, []);
    expect((await outbox.keep(draft(1000, { aspect: 'b' }), DEVICE, [])).replaces).toBe(null);
    expect((await outbox.keep(draft(1000), 'another', [])).replaces).toBe(null);
  });

  it('keeps a mark that is acknowledged, but no longer waits for it', async () => {
    const mark = await outbox.keep(draft(), DEVICE, []);
    expect(await outbox.settle([verdict(mark.mark)])).toEqual([{ ...mark, ...verdict(mark.mark) }]);
    expect(await outbox.waiting(DEVICE)).toEqual([]);
    expect(await (await reopened()).all()).toEqual([{ ...mark, ...verdict(mark.mark) }]);
  });

  it('takes the same receipt twice without harm, and never lets a stored mark be refused', async () => {
    const mark = await outbox.keep(draft(), DEVICE, []);
    await outbox.settle([verdict(mark.mark)]);
    expect(await outbox.settle([verdict(mark.mark), verdict(mark.mark, { state: 'refused', seq: null })])).toEqual([]);
    expect((await outbox.all())[0]?.state).toBe('stored');
  });

  it('takes the new receipt of a server that was put back to an older copy', async () => {
    const mark = await outbox.keep(draft(), DEVICE, []);
    await outbox.settle([verdict(mark.mark)]);
    const anew = verdict(mark.mark, { seq: 3, link: 'another' });
    expect(await outbox.settle([anew])).toEqual([{ ...mark, ...anew }]);
  });

  it('lets wait again what the server acknowledged and has lost, and nothing below it or of another seat', async () => {
    const marks = await Promise.all([1, 2, 3].map(() => outbox.keep(draft(), DEVICE, [])));
    const other = await outbox.keep(draft(), 'another', []);
    await outbox.settle([...marks, other].map((mark) => verdict(mark.mark)));
    expect((await outbox.unsettle(DEVICE, 2)).map((mark) => [mark.device_seq, mark.state, mark.seq, mark.link])).toEqual(
      expect.arrayContaining([[2, 'saved', null, 'l'], [3, 'saved', null, 'l']]),
    );
    expect((await (await reopened()).waiting(DEVICE)).map((mark) => mark.device_seq)).toEqual([2, 3]);
    expect(await outbox.waiting('another')).toEqual([]);
  });

  it('ignores a receipt for a mark it does not hold', async () => {
    expect(await outbox.settle([verdict('unknown')])).toEqual([]);
  });

  it('goes on with the numbers where the server has seen more', async () => {
    await outbox.raiseNext(DEVICE, 40);
    expect((await outbox.keep(draft(), DEVICE, [])).device_seq).toBe(40);
    await outbox.raiseNext(DEVICE, 3);
    expect((await outbox.keep(draft(), DEVICE, [])).device_seq).toBe(41);
  });

  it('begins the numbers anew for a new seat, and keeps the marks of the old one apart', async () => {
    await outbox.keep(draft(), DEVICE, []);
    await outbox.takeSeat({ device: 'new', token: 't', seat: 's', paired_at: '' });
    expect((await outbox.keep(draft(), 'new', [])).device_seq).toBe(1);
    expect((await outbox.waiting(DEVICE)).length).toBe(1);
    await outbox.handedIn('new');
    expect([(await outbox.waiting(DEVICE)).length, (await outbox.waiting('new')).length]).toEqual([0, 1]);
  });

  it('forgets sheets with the seat, never marks', async () => {
    await outbox.keepSheet(sheet());
    await outbox.keep(draft(), DEVICE, []);
    await outbox.leaveSeat();
    expect([(await outbox.sheets()).length, (await outbox.all()).length, await outbox.device()]).toEqual([0, 1, undefined]);
  });

  it('throws when nothing was kept: an aborted transaction never looks saved', async () => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...given) {
      const request = put.apply(this, given);
      // As a full disk does it: every request succeeds, then the transaction is aborted.
      request.addEventListener('success', () => this.transaction.abort());
      return request;
    };
    try {
      await expect(outbox.keep(draft(), DEVICE, [])).rejects.toThrow();
    } finally {
      IDBObjectStore.prototype.put = put;
    }
    expect(await outbox.all()).toEqual([]);
  });
});

it('keys are made without crypto.randomUUID, which an insecure address lacks', () => {
  const keys = Array.from({ length: 1000 }, newKey);
  expect(new Set(keys).size).toBe(1000);
  expect(keys.every((key) => /^[0-9a-f]{32}$/.test(key))).toBe(true);
});
