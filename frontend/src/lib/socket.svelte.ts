/**
 * One live connection of a page. It speaks JSON, reconnects by itself with full jitter, and never believes that
 * an open socket is alive: a dead Wi-Fi leaves it open and silent, so three missed beats end it.
 */

export type LiveState = 'connecting' | 'live' | 'stale' | 'offline';

interface Typed {
  readonly type: string;
}

export interface LiveOptions<Heard extends Typed, Said extends Typed> {
  /** `/live/seat` or `/live/board`. */
  path: string;
  /** Said first on every new connection. */
  opening: () => Said;
  /** Called for every message in order, beats included. */
  hear: (message: Heard) => void;
  /** Called when an open connection ended, before it is tried again. */
  lost?: () => void;
  /** Said once every beat. */
  beat: () => Said;
  /** Seconds between two beats until the server names another number. */
  beatSeconds?: number;
  /** What the outside gives; tests bring their own. */
  world?: Partial<World>;
}

interface World {
  now: () => number;
  random: () => number;
  connect: (address: string) => WebSocket;
}

const LONGEST_WAIT = 15_000;
const FIRST_WAIT = 500;
const HANDSHAKE = 10_000;

export class LiveSocket<Heard extends Typed, Said extends Typed> {
  /** `connecting` at first, `live` while messages come, `stale` after three missed beats, `offline` when cut. */
  state = $state<LiveState>('connecting');
  /** When the last message came, by this device's clock. */
  lastHeard = $state<number | null>(null);
  /** Raised once a second, so that ages on the page move. */
  now = $state(0);
  beatSeconds: number;

  #options: LiveOptions<Heard, Said>;
  #world: World;
  #socket: WebSocket | null = null;
  #opened = 0;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #lastBeat = 0;
  #wanted = false;

  constructor(options: LiveOptions<Heard, Said>) {
    this.#options = options;
    this.beatSeconds = options.beatSeconds ?? 5;
    this.#world = {
      now: () => Date.now(),
      random: Math.random,
      connect: (address) => new WebSocket(address),
      ...options.world,
    };
    this.now = this.#world.now();
  }

  /** Milliseconds since the last message, or null when none came yet. */
  get age(): number | null {
    return this.lastHeard === null ? null : Math.max(0, this.now - this.lastHeard);
  }

  /** Begins, and keeps trying until `close`. */
  open(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#ticker = setInterval(this.#tick, 1000);
    addEventListener('online', this.#tryNow);
    document.addEventListener('visibilitychange', this.#tryNow);
    this.#connect();
  }

  /** Ends until it is opened again. */
  close(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    clearInterval(this.#ticker);
    clearTimeout(this.#retry);
    removeEventListener('online', this.#tryNow);
    document.removeEventListener('visibilitychange', this.#tryNow);
    this.#drop();
    this.state = 'offline';
  }

  /** Says a message now; false when there is no connection, and nothing is kept for later. */
  send(message: Said): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Tries again at once instead of waiting. */
  retry(): void {
    if (!this.#wanted || this.#socket) return;
    clearTimeout(this.#retry);
    this.#connect();
  }

  #tryNow = (): void => {
    if (document.visibilityState === 'hidden') return;
    this.#tick();
    this.retry();
  };

  #connect(): void {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = this.#world.connect(`${scheme}//${location.host}${this.#options.path}`);
    this.#socket = socket;
    this.#opened = this.#world.now();
    socket.onopen = () => {
      if (this.#socket !== socket) return;
      this.#lastBeat = this.#world.now();
      this.send(this.#options.opening());
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (this.#socket === socket && typeof event.data === 'string') this.#hear(event.data);
    };
    socket.onclose = () => {
      if (this.#socket === socket) this.#lost('offline');
    };
  }

  #hear(text: string): void {
    let message: Heard;
    try {
      message = JSON.parse(text) as Heard;
    } catch {
      this.#lost('offline'); // whoever answers here is not our server
      return;
    }
    this.#failures = 0;
    this.now = this.lastHeard = this.#world.now();
    this.state = 'live';
    this.#options.hear(message);
  }

  #tick = (): void => {
    this.now = this.#world.now();
    if (!this.#socket) return;
    const beat = this.beatSeconds * 1000;
    if (this.#socket.readyState === WebSocket.OPEN && this.now - this.#lastBeat >= beat) {
      this.#lastBeat = this.now;
      this.send(this.#options.beat());
    }
    const silent = this.now - Math.max(this.#opened, this.lastHeard ?? 0);
    const patience = this.#socket.readyState === WebSocket.OPEN ? 3 * beat : HANDSHAKE;
    if (silent > patience) this.#lost(this.lastHeard === null ? 'offline' : 'stale');
  };

  #lost(state: LiveState): void {
    this.#drop();
    this.state = state;
    this.#options.lost?.();
    if (!this.#wanted) return;
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures++);
    this.#retry = setTimeout(() => this.#connect(), this.#world.random() * longest);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
