/** Day or night colours by hand, remembered on this phone; without it the phone's setting rules. */

const NIGHT = '(prefers-color-scheme: dark)'

function isNight(root) {
  if (root.classList.contains('oa-night')) return true
  return !root.classList.contains('oa-day') && window.matchMedia(NIGHT).matches
}

function remember(theme) {
  try {
    localStorage.setItem('oa-theme', theme)
  } catch {
    // Forbidden storage: the choice holds for this page.
  }
}

export function start(button) {
  const root = document.documentElement
  const say = () => {
    button.textContent = isNight(root) ? 'Use day colours' : 'Use night colours'
  }
  button.hidden = false
  say()
  button.addEventListener('click', () => {
    const theme = isNight(root) ? 'day' : 'night'
    root.classList.remove('oa-day', 'oa-night')
    root.classList.add(`oa-${theme}`)
    remember(theme)
    say()
  })
}
