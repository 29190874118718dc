/** Something read from the server. When a later reading fails, what was read before stays. */
export class Reading<T> {
  value = $state.raw<T | null>(null);
  problem = $state.raw<unknown>(null);
  busy = $state(false);
  /** When the value was read, by this computer's clock. */
  readAt = $state<number | null>(null);
  #turn = 0;
  readonly #read: () => Promise<T>;

  constructor(read: () => Promise<T>) {
    this.#read = read;
  }

  /** Nothing has come yet, and nothing has failed: the page shows its empty shape. */
  get waiting(): boolean {
    return this.value === null && this.problem === null;
  }

  /** Read again. An answer that a later reading overtook is dropped. */
  async load(): Promise<void> {
    const turn = ++this.#turn;
    this.busy = true;
    try {
      const value = await this.#read();
      if (turn !== this.#turn) return;
      this.value = value;
      this.readAt = Date.now();
      this.problem = null;
    } catch (broken) {
      if (turn === this.#turn) this.problem = broken;
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }

  /** Put a value in that an act returned, so that the page need not read it again. */
  put(value: T): void {
    this.#turn += 1;
    this.busy = false;
    this.value = value;
    this.readAt = Date.now();
    this.problem = null;
  }
}
