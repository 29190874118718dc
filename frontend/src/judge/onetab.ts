/**
 * One sender across tabs. The page that holds the place marks and sends; another tab of the same tablet says so
 * and offers to take over. Without Web Locks (old Safari, insecure address) a lease in localStorage does it.
 */

const NAME = 'jiangsai-judge-sender';
const LEASE = 4000;

export interface Place {
  /** Calls back with true when this tab has the place, with false when another has or took it. */
  watch(told: (ours: boolean) => void): void;
  /** Takes the place from the other tab. */
  take(): void;
}

export function placeOfSender(): Place {
  return 'locks' in navigator ? lockedPlace() : leasedPlace();
}

function lockedPlace(): Place {
  let tell: (ours: boolean) => void = () => undefined;
  const hold = (options: LockOptions, otherwise?: () => void): void => {
    navigator.locks
      .request(NAME, options, (lock) => {
        if (lock === null) return otherwise?.();
        tell(true);
        return new Promise<void>(() => undefined); // until this page goes, or another tab takes the place
      })
      .catch(() => tell(false));
  };
  return {
    watch(told) {
      tell = told;
      // A page that was just reloaded may still hold the place for a moment.
      const second = (): void => {
        tell(false);
        hold({});
      };
      hold({ ifAvailable: true }, () => setTimeout(() => hold({ ifAvailable: true }, second), 400));
    },
    take: () => hold({ steal: true }),
  };
}

function leasedPlace(): Place {
  const own = String(Math.random());
  let tell: (ours: boolean) => void = () => undefined;
  const read = (): { who: string; at: number } => {
    const [who = '', at = '0'] = (localStorage.getItem(NAME) ?? '').split(' ');
    return { who, at: Number(at) };
  };
  const renew = (): void => localStorage.setItem(NAME, `${own} ${Date.now()}`);
  const look = (): void => {
    const lease = read();
    const ours = lease.who === own || Date.now() - lease.at > LEASE;
    if (ours) renew();
    tell(ours);
  };
  return {
    watch(told) {
      let before: boolean | null = null;
      tell = (ours) => {
        if (ours !== before) told((before = ours));
      };
      look();
      setInterval(look, LEASE / 2);
      addEventListener('pagehide', () => {
        if (read().who === own) localStorage.removeItem(NAME);
      });
    },
    take() {
      renew();
      tell(true);
    },
  };
}
