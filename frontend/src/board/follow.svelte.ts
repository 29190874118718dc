/** Follows one event: over the live socket while that works, by asking now and then while it does not. */
import { api, Problem } from '$lib/api';
import { LiveSocket } from '$lib/socket.svelte';
import type { Beat, FromBoard, Moved, Refused, Reset, ToBoard, Watch } from '$lib/wire/live';
import { Leaderboard } from './leaderboard.svelte';
import { type Base, RankHistory, type Shelf, shelfOf } from './movement';

/** At most one wave of moving rows in this time. It is longer than a row takes to move, so that rows come to rest. */
export const WAVE = 450;
/** How long the socket may be silent before the board is asked for over HTTP. */
export const PATIENCE = 4000;
const POLL_EVERY = 5000;
const ASK_AGAIN = 2000;
/** How long a viewer for whom there was no place stays away from the socket. */
const FULL_WAIT = 30_000;
/** From this age on, what the page shows is called old in strong words. */
export const OLD = 60_000;

export type Freshness = 'connecting' | 'live' | 'polling' | 'stale' | 'old';

interface World {
  now: () => number;
  random: () => number;
  connect?: (address: string) => WebSocket;
  snapshot: (event: string) => Promise<Reset>;
}

interface Wishes {
  /** Shows what the public sees even where the browser is signed in as an official: for walls. */
  publicOnly?: boolean;
}

const theWorld: World = {
  now: () => Date.now(),
  random: Math.random,
  snapshot: (event) => api.get<Reset>(`/public/events/${encodeURIComponent(event)}/board`),
};

export class Following {
  readonly board = new Leaderboard();
  readonly live: LiveSocket<ToBoard, FromBoard>;
  /** The refusal that stands in the way, if any. */
  problem = $state.raw<{ code: string; params: Readonly<Record<string, string | number>> } | null>(null);
  paused = $state(false);
  base = $state.raw<Base | null>(null);
  /** Why the server closed the last connection: restarting, update … */
  goodbye = $state('');
  /** Raised once a second, so that ages on the page move. */
  now = $state(0);

  /** The socket speaks of what is not public, and this page must not show it. */
  secret = $state(false);

  #publicOnly: boolean;
  #polled = $state<number | null>(null);
  #polling = $state(false);
  #history = new RankHistory();
  #shelf: Shelf;
  #world: World;
  #open = false;
  #opened = 0;
  #asked = 0;
  #askWhole = false;
  #lastWave = 0;
  #wave: ReturnType<typeof setTimeout> | undefined;
  #poll: ReturnType<typeof setTimeout> | undefined;
  #return: ReturnType<typeof setTimeout> | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;
  /** A step came that does not join on, and the whole was asked for too recently to ask at once. */
  #gap = false;

  constructor(
    readonly event: string,
    wishes: Wishes = {},
    world: Partial<World> = {},
  ) {
    this.#publicOnly = wishes.publicOnly ?? false;
    this.#world = { ...theWorld, ...world };
    this.#shelf = shelfOf(event);
    this.live = new LiveSocket<ToBoard, FromBoard>({
      path: '/live/board',
      opening: () => this.#watch(),
      beat: (): Beat => ({ type: 'beat', at: new Date(this.#world.now()).toISOString() }),
      hear: (message) => this.#hear(message),
      world: {
        now: this.#world.now,
        random: this.#world.random,
        ...(this.#world.connect ? { connect: this.#world.connect } : {}),
      },
    });
  }

  /** When the server last said anything, by this device's clock. */
  get lastHeard(): number | null {
    const { lastHeard } = this.live;
    if (lastHeard === null || this.#polled === null) return lastHeard ?? this.#polled;
    return Math.max(lastHeard, this.#polled);
  }

  /** Milliseconds since the server last said anything. */
  get age(): number | null {
    return this.lastHeard === null ? null : Math.max(0, this.now - this.lastHeard);
  }

  get freshness(): Freshness {
    const { age } = this;
    if (this.live.state === 'live' && !this.secret) return 'live';
    if (age === null) return 'connecting';
    if (this.#polling && age < 2 * POLL_EVERY + PATIENCE) return 'polling';
    return age >= OLD ? 'old' : 'stale';
  }

  open(): void {
    this.#open = true;
    this.now = this.#opened = this.#world.now();
    this.#ticking = setInterval(this.#tick, 1000);
    this.live.open();
    this.#poll = setTimeout(this.#ask, PATIENCE);
  }

  close(): void {
    this.#open = false;
    this.live.close();
    clearTimeout(this.#wave);
    clearTimeout(this.#poll);
    clearTimeout(this.#return);
    clearInterval(this.#ticking);
  }

  pause(): void {
    this.paused = true;
    clearTimeout(this.#wave);
    this.#wave = undefined;
  }

  resume(): void {
    this.paused = false;
    this.#show();
  }

  #watch(): Watch {
    this.#asked = this.#world.now();
    return this.#askWhole
      ? { type: 'watch', event: this.event }
      : { type: 'watch', event: this.event, epoch: this.board.epoch, version: this.board.version };
  }

  #hear(message: ToBoard): void {
    if (message.type === 'reset' || message.type === 'moved') this.#take(message);
    else if (message.type === 'refused') this.#refused(message);
    else if (message.type === 'goodbye') this.#leave(message.code);
    this.now = this.#world.now();
  }

  #leave(code: string): void {
    this.goodbye = code;
    if (code !== 'too_many_requests') return;
    // There is no place at the socket. Knocking at once would keep the server busy; the snapshots tell meanwhile.
    this.live.close();
    this.#return = setTimeout(() => this.live.open(), FULL_WAIT * (1 + this.#world.random()));
  }

  #take(message: Reset | Moved): void {
    if (this.#publicOnly && message.type === 'reset' && message.head.audience !== 'public') this.#keepSecret();
    if (this.secret) return;
    if (this.#apply(message)) {
      if (message.type === 'reset') this.#askWhole = false;
      this.#asked = 0;
      this.#gap = false;
    } else if (message.version > this.board.version) {
      this.#gap = true;
      this.#askAgain();
    }
  }

  /** Messages under way may all be too late: asking once is enough until the answer had time to come. */
  #askAgain(): void {
    if (this.#world.now() - this.#asked >= ASK_AGAIN) this.live.send(this.#watch());
  }

  #tick = (): void => {
    this.now = this.#world.now();
    // Also when nothing more happens on the board: it would stay wrong until something does.
    if (this.#gap) this.#askAgain();
  };

  #apply(message: Reset | Moved): boolean {
    if (!this.board.apply(message)) return false;
    this.problem = null;
    this.goodbye = '';
    this.#soon();
    return true;
  }

  /** Takes nothing more from the socket; what the public sees is asked for instead. */
  #keepSecret(): void {
    if (this.secret) return;
    this.secret = true;
    clearTimeout(this.#poll);
    void this.#ask();
  }

  #refused(message: Refused): void {
    this.problem = { code: message.code, params: message.params ?? {} };
  }

  /** Shows what is known now, or when the last wave has come to rest. */
  #soon(): void {
    if (this.paused || this.#wave !== undefined) return;
    const wait = this.#lastWave + WAVE - this.#world.now();
    if (wait <= 0) this.#show();
    else this.#wave = setTimeout(() => this.#show(), wait);
  }

  #show(): void {
    clearTimeout(this.#wave);
    this.#wave = undefined;
    this.#lastWave = this.#world.now();
    this.board.show();
    // What officials see stays out of what this tab may show on a wall later.
    const shelf = this.board.head?.audience === 'public' ? this.#shelf : null;
    this.base = this.#history.note(this.#lastWave, this.board.rows, shelf);
  }

  /** Whether the board must be asked for over HTTP now. */
  get #mute(): boolean {
    if (this.secret) return true;
    if (this.live.state === 'live' || document.visibilityState === 'hidden') return false;
    // What officials see is not public; the public snapshot would take it off their page.
    if ((this.board.head?.audience ?? 'public') !== 'public') return false;
    return this.#world.now() - (this.live.lastHeard ?? this.#opened) >= PATIENCE;
  }

  #ask = async (): Promise<void> => {
    if (this.#mute) await this.#fetch();
    else this.#polling = false;
    if (this.#open) this.#poll = setTimeout(this.#ask, POLL_EVERY * (0.8 + 0.4 * this.#world.random()));
  };

  async #fetch(): Promise<void> {
    try {
      const told = await this.#world.snapshot(this.event);
      if (!this.#mute) return;
      this.#polling = true;
      this.#polled = this.#world.now();
      if (told.epoch === this.board.epoch && told.version === this.board.version) return;
      // Its numbers are not those of the socket: the next connection asks for the whole board.
      this.#askWhole = true;
      this.#apply({ ...told, type: 'reset' });
    } catch (broken) {
      this.#polling = false;
      if (broken instanceof Problem && broken.status === 404) {
        this.problem = { code: broken.code, params: broken.params };
      }
    }
  }
}
