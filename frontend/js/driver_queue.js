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

  /** A key that no fact on this phone has: a form may be tapped again after it was taken back. */
  unusedKey(wanted) {
    const used = new Set(this.all().map((tap) => tap.key))
    let key = wanted
    for (let time = 2; used.has(key); time += 1) key = `${wanted}-${time}`
    return key
  }

  /** What was never on its way never happened; of what was, the service is told that it is not true. */
  takeBack(taps) {
    const keys = new Set(taps.map((tap) => tap.key))
    const kept = this.all().filter((tap) => tap.tried || !keys.has(tap.key))
    const undone = taps
      .filter((tap) => tap.tried)
      .map(({ shift_id, booking_id, key, name }) => ({
        key: `${key}-back`,
        shift_id,
        booking_id,
        kind: 'undone',
        happened_at: new Date().toISOString(),
        note: key,
        name
      }))
    return this.write([...kept, ...undone])
  }

  waiting() {
    return this.all().filter((tap) => !tap.sentAt)
  }

  /**
   * What a page made then cannot know: what waits, and what was sent after. Taps taken
   * back are left out, and so is the taking back, unless it is of something the page shows.
   */
  since(madeAt) {
    const taps = this.all().filter((tap) => !tap.sentAt || tap.sentAt > madeAt)
    const undone = new Set(taps.filter((tap) => tap.kind === 'undone').map((tap) => tap.note))
    const known = new Set(taps.map((tap) => tap.key))
    return taps.filter((tap) => (tap.kind === 'undone' ? !known.has(tap.note) : !undone.has(tap.key)))
  }

  /** The facts of the last tap among these; one tap may be of several people. */
  lastTap(taps) {
    const facts = taps.filter((tap) => tap.kind !== 'undone')
    const last = facts[facts.length - 1]
    return facts.filter((tap) => tap.key === last.key || (last.tap && tap.tap === last.tap))
  }

  /** Sends what waits. Answers how many were taken, and the words for those that were not. */
  async send() {
    if (this.sending || this.waiting().length === 0) return { sent: 0, words: [] }
    if (navigator.onLine === false) {
      this.failed = true
      return { sent: 0, words: [] }
    }
    this.sending = true
    try {
      const { csrf_token: token } = await answerOf(fetch(this.signal, { cache: 'no-store' }))
      const waiting = this.onTheirWay()
      if (waiting.length === 0) return { sent: 0, words: [] } // Taken back meanwhile.
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

  /** What waits, marked: it may arrive though its answer does not. */
  onTheirWay() {
    this.write(this.all().map((tap) => (tap.sentAt ? tap : { ...tap, tried: true })))
    return this.waiting()
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
