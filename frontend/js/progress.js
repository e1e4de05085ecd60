/** Follows work in the background: asks each second, then less often; never moves the page. */

const SLOWEST = 5000

async function ask(url) {
  const response = await fetch(url, { headers: { Accept: 'application/json' } })
  if (!response.ok) throw new Error(`answered ${response.status}`)
  return response.json()
}

function show(element, state) {
  const words = element.querySelector('[data-progress-words]')
  const bar = element.querySelector('progress')
  if (words.textContent !== state.words) words.textContent = state.words
  if (Number.isFinite(state.percent)) bar.value = state.percent
  else bar.removeAttribute('value')
  if (!state.done) return
  bar.hidden = true
  const meanwhile = element.querySelector('[data-progress-meanwhile]')
  if (meanwhile) meanwhile.hidden = true
  if (state.href) {
    const link = element.querySelector('[data-progress-reload] a')
    link.href = state.href
    link.textContent = state.link_words ?? 'See what changed'
    link.parentElement.hidden = false
  }
}

export function start(element) {
  const reload = element.querySelector('[data-progress-reload]')
  let wait = 1000
  reload.hidden = true

  const step = async () => {
    try {
      const state = await ask(element.dataset.url)
      show(element, state)
      if (state.done) return
    } catch {
      reload.hidden = false
    }
    wait = Math.min(SLOWEST, wait * 1.2)
    setTimeout(step, wait)
  }
  setTimeout(step, wait)
}
