/**
 * The driver's pages stay readable without signal where the browser allows it: the
 * service worker keeps each as it comes, and is asked here for those that it has not seen.
 */

/** What a run needs, wherever it is opened from. */
const SCRIPTS = ['driver.js', 'driver_pages.js', 'driver_queue.js', 'theme.js']

/** The files of these pages: those this one has loaded came before there was a worker too. */
function filesOfPages() {
  const loaded = performance.getEntriesByType('resource').map((entry) => entry.name)
  return [...loaded, ...SCRIPTS.map((name) => new URL(name, import.meta.url).href)]
}

export function keepPages(worker, addresses) {
  if (!('serviceWorker' in navigator)) return
  // A page that came before there was a worker was not kept on its way.
  const own = navigator.serviceWorker.controller ? [] : [location.href]
  const keep = [...own, ...addresses.map((address) => new URL(address, location.href).href)]
  navigator.serviceWorker
    .register(worker)
    .then(() => navigator.serviceWorker.ready)
    .then((registration) => registration.active?.postMessage({ keep, files: filesOfPages() }))
    .catch(() => {})
}

/** On today's shifts: that page, and the runs that can be opened from it. */
export function start(root) {
  keepPages(root.dataset.worker, root.dataset.keep.split(' ').filter(Boolean))
}
