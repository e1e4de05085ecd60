/**
 * Keeps the driver's own pages readable without signal: the network first, what was
 * kept else. Pages are kept a day and a half and cleared when the sign-in is over.
 */

const PAGES = 'oa-driver-pages'
const FILES = 'oa-driver-files'
const KEEP_MS = 36 * 3600 * 1000
const FRESH_MS = 10 * 60 * 1000
const NETWORK_MS = 4000

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(begin()))
self.addEventListener('message', (event) => {
  const { keep = [], files = [] } = event.data ?? {}
  for (const page of keep) event.waitUntil(keepUnlessFresh(page).catch(() => {}))
  for (const address of files.filter(isFile)) event.waitUntil(file(new Request(address)).catch(() => {}))
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const address = new URL(request.url)
  if (request.method !== 'GET' || address.origin !== self.location.origin) return
  if (request.mode === 'navigate' && address.pathname.startsWith('/drive/')) {
    event.respondWith(page(event))
  } else if (isFile(request.url)) {
    event.respondWith(file(request))
  }
})

function isFile(address) {
  const { origin, pathname } = new URL(address)
  return origin === self.location.origin && pathname.startsWith('/static/')
}

/** The browser asks for pages itself (preload), so that the service answers a page, not a script. */
async function begin() {
  await self.registration.navigationPreload?.enable()
  await self.clients.claim()
}

/** A weak signal is no signal: after a while what was kept is shown, and the answer kept when it comes. */
async function page(event) {
  const { request } = event
  const asked = Promise.resolve(event.preloadResponse).then((answer) => answer ?? fetch(request))
  const kept = asked.then(async (answer) => {
    await keepPage(request.url, answer.clone())
    return answer
  })
  event.waitUntil(kept.catch(() => {}))
  try {
    return await withinTime(kept, NETWORK_MS)
  } catch {
    return (await find(request.url)) ?? kept.catch(() => noSignal())
  }
}

function withinTime(asked, milliseconds) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error('slow')), milliseconds))
  return Promise.race([asked, late])
}

async function keepPage(address, answer) {
  const cache = await caches.open(PAGES)
  const sentAway = answer.redirected || answer.type === 'opaqueredirect'
  if (sentAway || answer.status === 401 || answer.status === 403) {
    await caches.delete(PAGES) // Nobody is signed in: what was kept is nobody's to read.
    return
  }
  if (answer.status === 404) await cache.delete(address)
  if (!answer.ok || answer.headers.get('Content-Type')?.startsWith('text/html') !== true) return
  const headers = new Headers(answer.headers)
  headers.set('X-Kept-At', String(Date.now()))
  await cache.put(address, new Response(await answer.blob(), { headers }))
  await clearOld(cache)
}

/** Every look at a run is written down: what was kept just now is not fetched again. */
async function keepUnlessFresh(address) {
  const kept = await find(address)
  if (kept && ageOf(kept) < FRESH_MS) return
  await keepPage(address, await fetch(address, { credentials: 'same-origin' }))
}

function ageOf(kept) {
  return Date.now() - Number(kept?.headers.get('X-Kept-At') ?? 0)
}

async function find(address) {
  const cache = await caches.open(PAGES)
  await clearOld(cache)
  return cache.match(address)
}

async function clearOld(cache) {
  for (const key of await cache.keys()) {
    const kept = await cache.match(key)
    if (ageOf(kept) > KEEP_MS) await cache.delete(key)
  }
}

async function file(request) {
  const cache = await caches.open(FILES)
  const kept = await cache.match(request)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) await cache.put(request, answer.clone())
  return answer
}

function noSignal() {
  const page =
    '<!DOCTYPE html><html lang="en-GB"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    '<title>No signal</title><h1>No signal</h1><p>This page is not on your phone yet. ' +
    'Your taps are safe. Go on when there is signal, use the paper list, or ring the office.</p></html>'
  return new Response(page, { status: 503, headers: { 'Content-Type': 'text/html; charset=utf-8' } })
}
