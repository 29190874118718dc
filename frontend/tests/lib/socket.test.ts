import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveSocket } from '$lib/socket.svelte';

interface Message {
  type: string;
}

/** A connection that does what the test says and remembers what was sent. */
class Line {
  static made: Line[] = [];
  readyState = 0;
  sent: Message[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly address: string) {
    Line.made.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Message);
  }
  close(): void {
    this.readyState = 3;
  }
  opens(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  says(message: unknown): void {
    this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) });
  }
  breaks(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

const last = (): Line => Line.made[Line.made.length - 1] as Line;

describe('a live socket', () => {
  let heard: Message[];
  let lost: number;
  let socket: LiveSocket<Message, Message>;

  beforeEach(() => {
    vi.useFakeTimers();
    Line.made = [];
    heard = [];
    lost = 0;
    socket = new LiveSocket<Message, Message>({
      path: '/live/seat',
      opening: () => ({ type: 'hello' }),
      hear: (message) => heard.push(message),
      lost: () => (lost += 1),
      beat: () => ({ type: 'beat' }),
      beatSeconds: 5,
      world: { random: () => 0.5, connect: (address) => new Line(address) as unknown as WebSocket },
    });
    socket.open();
  });
  afterEach(() => {
    socket.close();
    vi.useRealTimers();
  });

  it('says hello first and is live only when the server has spoken', () => {
    expect([last().address, socket.state]).toEqual([`ws://${location.host}/live/seat`, 'connecting']);
    last().opens();
    expect([last().sent, socket.state]).toEqual([[{ type: 'hello' }], 'connecting']);
    last().says({ type: 'welcome' });
    expect([heard, socket.state, socket.age]).toEqual([[{ type: 'welcome' }], 'live', 0]);
  });

  it('beats while it is open', () => {
    last().opens();
    vi.advanceTimersByTime(5000);
    expect(last().sent.map((message) => message.type)).toEqual(['hello', 'beat']);
  });

  it('takes an open socket that is silent for three beats for dead, says so, and connects anew', () => {
    last().opens();
    last().says({ type: 'welcome' });
    const first = last();
    vi.advanceTimersByTime(15_000);
    expect(socket.state).toBe('live');
    vi.advanceTimersByTime(1_000);
    expect([socket.state, first.readyState, lost]).toEqual(['stale', 3, 1]);
    vi.advanceTimersByTime(1_000);
    expect(Line.made.length).toBe(2);
    last().opens();
    last().says({ type: 'welcome' });
    expect(socket.state).toBe('live');
  });

  it('waits longer after each failure, up to fifteen seconds, and never all tablets at once', () => {
    const waits: number[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      last().breaks();
      const before = Line.made.length;
      let waited = 0;
      while (Line.made.length === before && waited < 60_000) {
        vi.advanceTimersByTime(50);
        waited += 50;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 7500, 7500, 7500]);
    expect(socket.state).toBe('offline');
  });

  it('tries at once when the network is said to be back', () => {
    last().breaks();
    dispatchEvent(new Event('online'));
    expect(Line.made.length).toBe(2);
  });

  it('gives up a handshake that hangs', () => {
    vi.advanceTimersByTime(12_000);
    expect([socket.state, Line.made[0]?.readyState]).toEqual(['offline', 3]);
  });

  it('takes a page of somebody else for no connection', () => {
    last().opens();
    last().says('<html>Sign in to the hotel network</html>');
    expect([socket.state, heard]).toEqual(['offline', []]);
  });

  it('hears nothing from a connection it has given up', () => {
    const first = last();
    first.opens();
    const told = first.onmessage;
    vi.advanceTimersByTime(16_000);
    told?.({ data: '{"type":"sheet"}' });
    expect(heard).toEqual([]);
  });

  it('says so when nothing can be sent', () => {
    expect(socket.send({ type: 'beat' })).toBe(false);
    last().opens();
    expect(socket.send({ type: 'beat' })).toBe(true);
  });

  it('stays closed when it was closed', () => {
    last().opens();
    socket.close();
    vi.advanceTimersByTime(60_000);
    expect([Line.made.length, socket.state]).toEqual([1, 'offline']);
  });
});
