import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '$lib/api';
import type { Reset, ToBoard } from '$lib/wire/live';
import { Following, OLD, PATIENCE, WAVE } from './follow.svelte';
import { moved, reset, row } from './rows.fixture';

/** The other end of a socket, as far as the page can see it. */
class Wire {
  readyState = 0;
  said: { type: string; epoch?: string; version?: number }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  open(): void {
    this.readyState = WebSocket.OPEN;
    this.onopen?.();
  }
  tell(...messages: ToBoard[]): void {
    for (const message of messages) this.onmessage?.({ data: JSON.stringify(message) });
  }
  send(text: string): void {
    this.said.push(JSON.parse(text) as { type: string });
  }
  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }
  get watches(): object[] {
    return this.said.filter((message) => message.type === 'watch');
  }
}

let wires: Wire[];
let snapshots: (() => Promise<Reset>)[];
let following: Following;

function follow(publicOnly = false): Following {
  following = new Following(
    'welding',
    { publicOnly },
    {
      now: () => Date.now(),
      random: () => 0.5,
      connect: () => {
        const wire = new Wire();
        wires.push(wire);
        return wire as unknown as WebSocket;
      },
      snapshot: () => (snapshots[0] ? snapshots[0]() : Promise.reject(new Problem('no_network', 0, {}, ''))),
    },
  );
  following.open();
  return following;
}

const wire = (): Wire => wires[wires.length - 1] as Wire;
const shown = (): string[] => following.board.rows.map((one) => one.entry);

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  sessionStorage.clear();
  wires = [];
  snapshots = [];
});
afterEach(() => {
  following.close();
  vi.useRealTimers();
});

describe('following an event', () => {
  it('asks for the board, shows it at once, and later waves at most every 450 ms', async () => {
    follow();
    wire().open();
    expect(wire().watches).toEqual([{ type: 'watch', event: 'welding', epoch: '', version: 0 }]);
    wire().tell(reset(1, [row('a', 1), row('b', 2)]));
    expect(shown()).toEqual(['a', 'b']);
    wire().tell(moved(1, 2, [row('b', 1), row('a', 2)]), moved(2, 3, [row('c', 3)]));
    expect(shown()).toEqual(['a', 'b']);
    await vi.advanceTimersByTimeAsync(WAVE);
    expect(shown()).toEqual(['b', 'a', 'c']);
    expect(following.freshness).toBe('live');
  });

  it('asks again once when it missed something, from where it stands', () => {
    follow();
    wire().open();
    wire().tell(reset(1, [row('a', 1)]));
    wire().tell(moved(3, 4, []), moved(4, 5, []), moved(5, 6, []));
    expect(wire().watches.slice(1)).toEqual([{ type: 'watch', event: 'welding', epoch: 'e1', version: 1 }]);
    wire().tell(moved(1, 6, [row('a', 1, { total: '90.00' })]), moved(6, 7, [row('b', 2)]));
    expect(following.board.version).toBe(7);
    expect(wire().watches).toHaveLength(2);
  });

  it('asks again until it is answered, also when nothing more happens on the board', async () => {
    follow();
    wire().open();
    wire().tell(reset(1, [row('a', 1)]));
    wire().tell(moved(2, 3, []));
    wire().tell(reset(3, [row('a', 1)]));
    wire().tell(moved(5, 6, []));
    expect(wire().watches).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(3500);
    expect(wire().watches.at(-1)).toEqual({ type: 'watch', event: 'welding', epoch: 'e1', version: 3 });
    expect(wire().watches).toHaveLength(4);
    wire().tell(moved(3, 6, [row('a', 1, { total: '90.00' })]));
    await vi.advanceTimersByTimeAsync(10_000);
    expect([wire().watches.length, following.board.version]).toEqual([4, 6]);
  });

  it('takes no step twice and asks nothing because of it', async () => {
    follow();
    wire().open();
    wire().tell(reset(1, [row('a', 1)]), moved(1, 2, []), moved(1, 2, []));
    await vi.advanceTimersByTimeAsync(10_000);
    expect([wire().watches.length, following.board.version]).toEqual([1, 2]);
  });

  it('goes on from its version after a reconnection', async () => {
    follow();
    wire().open();
    wire().tell(reset(8, [row('a', 1)]));
    wire().close();
    await vi.advanceTimersByTimeAsync(1000);
    wire().open();
    expect(wires).toHaveLength(2);
    expect(wire().watches).toEqual([{ type: 'watch', event: 'welding', epoch: 'e1', version: 8 }]);
  });

  it('counts changes while it is paused and shows them together', async () => {
    follow();
    wire().open();
    wire().tell(reset(1, [row('a', 1), row('b', 2)]));
    following.pause();
    wire().tell(moved(1, 2, [row('b', 1, { total: '90.00' }), row('a', 2)]));
    await vi.advanceTimersByTimeAsync(5 * WAVE);
    expect([shown(), following.board.waiting]).toEqual([['a', 'b'], 1]);
    following.resume();
    expect([shown(), following.board.waiting]).toEqual([['b', 'a'], 0]);
  });

  it('tells in words how old the page is when the network dies, and blanks nothing', async () => {
    follow();
    wire().open();
    wire().tell(reset(1, [row('a', 1)]));
    wire().close();
    await vi.advanceTimersByTimeAsync(20_000);
    expect([following.freshness, shown()]).toEqual(['stale', ['a']]);
    await vi.advanceTimersByTimeAsync(OLD);
    expect([following.freshness, shown()]).toEqual(['old', ['a']]);
  });

  it('asks over HTTP when the socket stays silent, and wants the whole board from the next socket', async () => {
    snapshots = [() => Promise.resolve({ ...reset(1, [row('a', 1)]), epoch: 'c77' })];
    follow();
    await vi.advanceTimersByTimeAsync(PATIENCE);
    expect([shown(), following.freshness]).toEqual([['a'], 'polling']);
    await vi.advanceTimersByTimeAsync(30_000);
    wire().open();
    expect(wire().watches).toEqual([{ type: 'watch', event: 'welding' }]);
    wire().tell(reset(5, [row('b', 1)]));
    await vi.advanceTimersByTimeAsync(WAVE);
    expect([shown(), following.freshness]).toEqual([['b'], 'live']);
  });

  it('says what was refused, and forgets it when the board comes', () => {
    follow();
    wire().open();
    wire().tell({ type: 'refused', code: 'not_found', params: { what: 'event' } });
    expect(following.problem?.code).toBe('not_found');
    wire().tell(reset(1, []));
    expect(following.problem).toBeNull();
  });

  it('does not knock again at once when there is no place at the socket', async () => {
    snapshots = [() => Promise.resolve(reset(1, [row('a', 1)]))];
    follow();
    wire().open();
    wire().tell({ type: 'goodbye', code: 'too_many_requests' });
    wire().close();
    await vi.advanceTimersByTimeAsync(25_000);
    expect(wires).toHaveLength(1);
    expect([shown(), following.freshness]).toEqual([['a'], 'polling']);
    await vi.advanceTimersByTimeAsync(25_000);
    expect(wires).toHaveLength(2);
  });

  it('keeps the officials board of an official when the socket is gone', async () => {
    snapshots = [() => Promise.resolve(reset(1, [], { view: 'blind' }))];
    follow();
    wire().open();
    wire().tell(reset(4, [row('secret', 1)], { audience: 'officials' }));
    wire().close();
    await vi.advanceTimersByTimeAsync(30_000);
    expect([shown(), following.freshness]).toEqual([['secret'], 'stale']);
  });
});

describe('ranks of a while ago', () => {
  const reload = (audience: string, rank: number): void => {
    follow();
    wire().open();
    wire().tell(reset(1, [row('a', rank)], { audience }));
  };

  it('outlive a reload of the page', async () => {
    reload('public', 5);
    await vi.advanceTimersByTimeAsync(60_000);
    following.close();
    reload('public', 2);
    expect(following.base?.ranks.get('a')).toBe(5);
  });

  it('of the officials board are kept for nobody', async () => {
    reload('officials', 5);
    await vi.advanceTimersByTimeAsync(60_000);
    following.close();
    reload('public', 2);
    expect(following.base?.ranks.get('a')).toBe(2);
  });
});

describe('a wall', () => {
  it('never shows what officials see, and asks for what the public sees instead', async () => {
    snapshots = [() => Promise.resolve({ ...reset(1, [row('open', 1)]), epoch: 'c77' })];
    follow(true);
    wire().open();
    wire().tell(reset(1, [row('secret', 1)], { audience: 'officials' }));
    wire().tell(moved(1, 2, [row('secret', 1, { total: '99.00' })]));
    await vi.advanceTimersByTimeAsync(WAVE);
    expect([shown(), following.secret, following.freshness]).toEqual([['open'], true, 'polling']);
    wire().tell(moved(1, 2, [row('secret', 1, { total: '99.00' })]));
    await vi.advanceTimersByTimeAsync(WAVE);
    expect(shown()).toEqual(['open']);
  });
});
