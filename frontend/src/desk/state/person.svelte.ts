import { Problem, SIGNED_OUT } from '$lib/api';
import { setLanguage, type Language } from '$lib/i18n.svelte';
import { person } from '../calls';
import { may, mayAnywhere } from '../roles';
import type { Act, Me } from '../types';
import { Attempt } from './attempt.svelte';

/** Whoever sits at the desk: signed in or not, and what the roles allow. */
export class AtDesk {
  me = $state.raw<Me | null>(null);
  /** `asking` until the server said who this is; `expired` asks for the password again and keeps the page. */
  standing = $state<'asking' | 'nobody' | 'signed_in' | 'expired'>('asking');
  readonly attempt = new Attempt();
  /** The password was right and the browser kept nothing. */
  notKept = $state(false);

  /** Ask who is signed in, and listen for the day the server says nobody is. */
  async begin(): Promise<void> {
    addEventListener(SIGNED_OUT, this.#signedOut);
    await this.ask();
  }

  async ask(): Promise<void> {
    this.attempt.clear();
    try {
      this.#welcome(await person.me());
    } catch (broken) {
      this.standing = 'nobody';
      if (!(broken instanceof Problem && broken.status === 401)) this.attempt.problem = broken;
    }
  }

  async signIn(login: string, password: string): Promise<void> {
    this.notKept = false;
    await this.attempt.run(async () => {
      await person.signIn(login.trim(), password);
      try {
        this.#welcome(await person.me());
      } catch (broken) {
        // Without a secure context the browser throws the cookie away and the next request is nobody's.
        if (!(broken instanceof Problem && broken.status === 401)) throw broken;
        this.notKept = true;
        this.standing = 'nobody';
      }
    });
  }

  async signOut(): Promise<void> {
    await this.attempt.run(async () => {
      await person.signOut();
      this.me = null;
      this.standing = 'nobody';
    });
  }

  /** Speak the other language here at once, and remember it for the account. */
  async speak(chosen: Language): Promise<void> {
    setLanguage(chosen);
    if (this.standing === 'signed_in') await person.speak(chosen).catch(() => undefined);
  }

  may(act: Act, contest: string | null = null, event: string | null = null): boolean {
    return may(this.me?.grants ?? [], act, contest, event);
  }

  mayAnywhere(act: Act, contest: string): boolean {
    return mayAnywhere(this.me?.grants ?? [], act, contest);
  }

  #welcome(me: Me): void {
    this.me = me;
    this.standing = 'signed_in';
  }

  #signedOut = (): void => {
    if (this.standing === 'signed_in') this.standing = 'expired';
  };
}
