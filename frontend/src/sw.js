// Keeps the judge page on the tablet, so that it opens without a network. Never touches /api or /live, and never
// takes over by itself: a new version waits until the judge asks for it.
const FILES = __FILES__;
const STORE = 'judge-__REVISION__';

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(STORE).then((store) => store.addAll(FILES.map((file) => new Request(file, { cache: 'reload' })))),
  );
});

self.addEventListener('activate', (event) => {
  const old = (name) => name.startsWith('judge-') && name !== STORE;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('message', (event) => {
  if (event.data === 'take-over') self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== 'GET' || address.origin !== self.location.origin) return;
  const judgePage = event.request.mode === 'navigate' && /^\/judge\/?$/.test(address.pathname);
  const file = judgePage ? '/app/judge.html' : address.pathname;
  if (!FILES.includes(file)) return;
  event.respondWith(
    caches
      .open(STORE)
      .then((store) => store.match(file))
      .then((kept) => kept || fetch(event.request)),
  );
});
