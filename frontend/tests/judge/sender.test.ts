import { beforeEach, describe, expect, it } from 'vitest';
import type { EnterMarks } from '$lib/wire/live';
import type { KeptMark } from '../../src/judge/model';
import type { Verdict } from '../../src/judge/outbox';
import { Sender } from '../../src/judge/sender';
import { kept } from './builders';

let now: number;
let up: boolean;
let sent: string[][];
let settled: Verdict[];
let sender: Sender;

const many = (count: number): KeptMark[] => Array.from({ length: count }, (_, at) => kept(`m${at + 1}`, at + 1));
const receipt = (mark: string, standing = 'counts') => ({ mark, device_seq: 1, seq: 5, link: 'l', at: 't', standing });

beforeEach(() => {
  now = 0;
  up = true;
  sent = [];
  settled = [];
  sender = new Sender({
    send: (message: EnterMarks) => {
      if (up) sent.push(message.marks.map((mark) => mark.mark));
      return up;
    },
    settle: async (verdicts) => {
      settled.push(...verdicts);
      return verdicts.map((verdict) => kept(verdict.mark, 1, verdict));
    },
    changed: () => undefined,
    now: () => now,
  });
});

describe('the sender', () => {
  it('sends nothing before the server knows the tablet', () => {
    sender.add(kept('m1', 1));
    expect(sent).toEqual([]);
    sender.connected();
    expect(sent).toEqual([['m1']]);
  });

  it('sends the next mark without waiting for the answer to the last', () => {
    sender.connected();
    many(3).forEach((mark) => sender.add(mark));
    expect(sent).toEqual([['m1'], ['m2'], ['m3']]);
  });

  it('sends a long queue in order, in pieces, with a limit to what is on the way', async () => {
    sender.load(many(320));
    sender.connected();
    expect(sent.map((piece) => piece.length)).toEqual([50, 50, 50, 50]);
    expect(sent.flat()).toEqual(many(200).map((mark) => mark.mark));
    await sender.stored({ type: 'marks_stored', receipts: (sent[0] ?? []).map((mark) => receipt(mark)) });
    expect(sent[4]).toEqual(many(250).slice(200).map((mark) => mark.mark));
  });

  it('sends everything without an answer again after a reconnect, and nothing that has one', async () => {
    sender.load(many(3));
    sender.connected();
    await sender.stored({ type: 'marks_stored', receipts: [receipt('m1')] });
    sender.lost();
    sender.connected();
    expect(sent).toEqual([['m1', 'm2', 'm3'], ['m2', 'm3']]);
  });

  it('says sending no longer once the connection is lost, and sends again also when nobody told of the loss', () => {
    sender.load(many(1));
    sender.connected();
    sender.lost();
    expect(sender.has('m1')).toBe(false);
    sender.connected();
    sender.connected();
    expect(sent.length).toBe(3);
  });

  it('sends again when an answer is lost on a connection that lives', () => {
    sender.load(many(1));
    sender.connected();
    now = 14_000;
    sender.tick();
    expect(sent.length).toBe(1);
    now = 16_000;
    sender.tick();
    expect(sent).toEqual([['m1'], ['m1']]);
  });

  it('sends what the server asks for once more, acknowledged or not, in order, and counts it as unsent only if it is', async () => {
    sender.load([kept('m4', 4)]);
    sender.replay([kept('m2', 2, { state: 'stored', seq: 9 }), kept('m3', 3, { state: 'refused' }), kept('m4', 4)]);
    sender.connected();
    expect([sent, sender.unsent.map((mark) => mark.mark)]).toEqual([[['m2', 'm3', 'm4']], ['m4']]);
    await sender.stored({ type: 'marks_stored', receipts: ['m2', 'm3', 'm4'].map((mark) => receipt(mark)) });
    expect(sender.idle).toBe(true);
  });

  it('keeps back what the server cannot take yet, and holds up no other for it', async () => {
    let open = false;
    const waiting: string[][] = [];
    const careful = new Sender({
      send: (message: EnterMarks) => waiting.push(message.marks.map((mark) => mark.mark)) > 0,
      settle: async () => [],
      changed: () => undefined,
      now: () => now,
      ready: (mark) => open || mark.session === 's',
    });
    careful.load([kept('m1', 1, { session: 'planned' }), kept('m2', 2)]);
    careful.connected();
    expect(waiting).toEqual([['m2']]);
    open = true;
    careful.tick();
    expect(waiting).toEqual([['m2'], ['m1']]);
  });

  it('keeps the signed head with the receipt that stands under it', async () => {
    sender.load(many(1));
    sender.connected();
    const head = { contest: 'c', first: 4, seq: 6, link: 'x', root: 'r', at: 't', key: 'k', signature: 's' };
    await sender.stored({ type: 'marks_stored', receipts: [{ ...receipt('m1'), head: 6, path: ['p'] }], heads: [head] });
    expect(settled).toMatchObject([{ mark: 'm1', head, path: ['p'] }]);
  });

  it('parks a refused mark with its reason and goes on', async () => {
    sender.load(many(2));
    sender.connected();
    const refusals = [{ mark: 'm1', device_seq: 1, code: 'mark_out_of_range', params: { high: '10' } }];
    await sender.refused({ type: 'marks_refused', refusals });
    expect(settled).toMatchObject([{ mark: 'm1', state: 'refused', because: 'mark_out_of_range', params: { high: '10' } }]);
    expect(sender.unsent.map((mark) => mark.mark)).toEqual(['m2']);
  });

  it('tells a pending mark from one that counts', async () => {
    sender.load(many(2));
    sender.connected();
    await sender.stored({ type: 'marks_stored', receipts: [receipt('m1'), receipt('m2', 'pending')] });
    expect(settled.map((verdict) => verdict.state)).toEqual(['stored', 'pending']);
  });

  it('waits when the server is busy, then sends again', async () => {
    sender.load(many(1));
    sender.connected();
    await sender.messageRefused({ type: 'refused', code: 'too_many_requests', params: { seconds: 3 } });
    now = 2000;
    sender.tick();
    expect(sent.length).toBe(1);
    now = 4000;
    sender.tick();
    expect([sent.length, settled]).toEqual([2, []]);
  });

  it('finds the one malformed mark that would hold up all others, and parks it alone', async () => {
    sender.load(many(3));
    sender.connected();
    const refused = { type: 'refused', code: 'message_not_understood', params: {} } as const;
    await sender.messageRefused(refused);
    expect(sent[1]).toEqual(['m1']);
    await sender.stored({ type: 'marks_stored', receipts: [receipt('m1')] });
    await sender.messageRefused(refused);
    expect(settled.map((verdict) => [verdict.mark, verdict.state])).toEqual([
      ['m1', 'stored'],
      ['m2', 'refused'],
    ]);
    expect(sent[3]).toEqual(['m3']);
  });

  it('does not take the refusal of something else for one of its marks', async () => {
    sender.load(many(1));
    sender.connected();
    await sender.messageRefused({ type: 'refused', code: 'sheet_not_yours', params: {} });
    expect([settled, sender.has('m1')]).toEqual([[], true]);
  });

  it('keeps a mark waiting when its verdict could not be written down', async () => {
    const failing = new Sender({
      send: () => true,
      settle: () => Promise.reject(new Error('full')),
      changed: () => undefined,
      now: () => now,
    });
    failing.load(many(1));
    failing.connected();
    await expect(failing.stored({ type: 'marks_stored', receipts: [receipt('m1')] })).rejects.toThrow('full');
    expect(failing.unsent.length).toBe(1);
  });

  it('hands nothing over while the connection is gone', () => {
    up = false;
    sender.load(many(1));
    sender.connected();
    expect(sender.has('m1')).toBe(false);
  });
});
