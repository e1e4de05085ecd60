/**
 * The clock of a hold. Counts from the seconds the server gave, not from the
 * device's clock, which may be wrong. Speaks at one minute and at the end only.
 */

export function start(element) {
  const part = (name) => element.querySelector(`[data-hold-${name}]`)
  const ends = performance.now() + Number(element.dataset.secondsLeft) * 1000
  const said = part('said')
  if (!part('over').hidden) return
  part('words').hidden = false

  const tick = () => {
    const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000))
    part('left').textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
    element.classList.toggle('oa-hold--ending', left > 0 && left <= 60)
    if (left <= 60 && left > 0 && !said.textContent) said.textContent = 'One minute left.'
    if (left > 0) return
    clearInterval(timer)
    element.classList.add('oa-hold--over')
    part('kept').hidden = true
    part('over').hidden = false
    said.textContent = 'The time is up.'
  }
  const timer = setInterval(tick, 1000)
  tick()
}
