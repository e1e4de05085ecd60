/**
 * What the driver tapped, kept in the phone's storage until the service has it.
 * The key of a tap is made once; sending it twice does no harm.
 */

const STORE = 'oa-taps'
const REMEMBER_MS = 72 * 3600 * 1000

export class TapQueue {
  constructor({ events, signal }) {
    this.address = events
    this.signal = signal
    this.sending = false
    this.failed = false
  }

  /** Every tap of the last days, the oldest first; `sentAt` once the service has it, by its clock. */
  all() {
    try {
      const kept = JSON.parse(localStorage.getItem(STORE) ?? '[]')
      return kept.filter((tap) => !tap.sentAt || Date.now() - tap.sentAt < REMEMBER_MS)
    } catch {
      return []
    }
  }

  write(taps) {
    try {
      localStorage.setItem(STORE, JSON.stringify(taps))
      return true
    } catch {
      return false
    }
  }

  add(taps) {
    return taps.length > 0 && this.write([...this.all(), ...taps])
  }

  forget(key) {
    this.write(this.all().filter((tap) => tap.key !== key))
  }

  waiting() {
    return this.all().filter((tap) => !tap.sentAt)
  }

  /** What a page made then cannot know: what waits, and what was sent after. Undone taps left out. */
  since(madeAt) {
    const taps = this.all().filter((tap) => !tap.sentAt || tap.sentAt > madeAt)
    const undone = new Set(taps.filter((tap) => tap.kind === 'undone').map((tap) => tap.note))
    return taps.filter((tap) => tap.kind !== 'undone' && !undone.has(tap.key))
  }

  /** Sends what waits. Answers how many were taken, and the words for those that were not. */
  async send() {
    const waiting = this.waiting()
    if (this.sending || waiting.length === 0) return { sent: 0, words: [] }
    if (navigator.onLine === false) {
      this.failed = true
      return { sent: 0, words: [] }
    }
    this.sending = true
    try {
      const { csrf_token: token } = await answerOf(fetch(this.signal, { cache: 'no-store' }))
      const { events, now } = await answerOf(
        fetch(this.address, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'X-CSRFToken': token },
          body: JSON.stringify({ sent_at: new Date().toISOString(), events: waiting })
        })
      )
      this.failed = false
      return this.answered(events, Date.parse(now))
    } catch (error) {
      this.failed = true
      // 401: the sign-in ended. The taps stay until the driver is signed in again.
      return { sent: 0, words: error.status === 401 ? ['Sign in again; your taps are kept on this phone.'] : [] }
    } finally {
      this.sending = false
    }
  }

  answered(events, now) {
    const known = new Set(events.filter((event) => event.known).map((event) => event.key))
    const refused = new Map(events.filter((event) => !event.known).map((event) => [event.key, event.words]))
    const left = this.all().filter((tap) => !refused.has(tap.key))
    for (const tap of left) if (known.has(tap.key)) tap.sentAt = now
    this.write(left)
    const words = [...new Set(refused.values())].map((said) => `${said} Ring the office and tell them what happened.`)
    return { sent: known.size, words: [...words, ...new Set(events.filter((e) => e.known && e.words).map((e) => e.words))] }
  }
}

async function answerOf(asked) {
  const response = await asked
  if (!response.ok || response.redirected) {
    const error = new Error(`answered ${response.status}`)
    error.status = response.redirected ? 401 : response.status
    throw error
  }
  return response.json()
}
