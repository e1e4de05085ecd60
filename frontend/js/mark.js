// Runs before the page is painted, so that what needs JavaScript neither flashes nor jumps.
if ('noModule' in HTMLScriptElement.prototype) {
  document.body.classList.add('js-enabled', 'govuk-frontend-supported')
}
if (document.body.classList.contains('oa-driver')) {
  try {
    const theme = localStorage.getItem('oa-theme')
    if (theme === 'day' || theme === 'night') document.documentElement.classList.add(`oa-${theme}`)
  } catch {
    // Storage can be forbidden; the phone's own setting then decides.
  }
}
